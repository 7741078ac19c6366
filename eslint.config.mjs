import { createRequire } from 'node:module';
import slds from '@salesforce-ux/eslint-plugin-slds';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const lightning = createRequire(import.meta.url)('@salesforce/eslint-config-lwc/recommended-ts');

const VENDORS = {
  express: 'relay/src/http and relay/src/forward',
  pg: 'relay/src/store and relay/src/jobs',
  'pg-boss': 'relay/src/jobs',
  jsforce: 'relay/src/salesforce',
  '@azure/msal-node': 'relay/src/identity',
  undici: 'relay/src/dynamics, forward, identity and salesforce',
  sformula: 'relay/src/sync',
  'prom-client': 'relay/src/telemetry',
  pino: 'relay/src/telemetry',
};

/** The vendor wall: a folder may import only the vendors it owns, and nothing under test/. */
function wall(folder, ownVendors) {
  const paths = Object.entries(VENDORS)
    .filter(([name]) => !ownVendors.includes(name))
    .map(([name, owner]) => ({ name, message: `Only ${owner} may know ${name}.` }));
  return {
    files: [`relay/src/${folder}`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths,
          patterns: [
            { group: ['**/test/**', '**/scripts/**'], message: 'The product never imports test equipment or scripts.' },
          ],
        },
      ],
    },
  };
}

const SIZES = {
  'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 12],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
};

export default defineConfig([
  // What tsc emits beside a component's source is built, never read; declarations have tsc.
  { ignores: ['**/node_modules/**', 'coverage/**', '.data/**', 'force-app/**/*.js', 'types/**'] },
  {
    files: ['**/*.ts'],
    ignores: ['force-app/**'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...SIZES,
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels.' },
      ],
    },
  },
  wall('*.ts', []),
  wall('http/**/*.ts', ['express']),
  wall('forward/**/*.ts', ['express', 'undici']),
  wall('sync/**/*.ts', ['sformula']),
  wall('dynamics/**/*.ts', ['undici']),
  wall('salesforce/**/*.ts', ['jsforce', 'undici']),
  wall('identity/**/*.ts', ['@azure/msal-node', 'undici']),
  wall('jobs/**/*.ts', ['pg-boss', 'pg']),
  wall('store/**/*.ts', ['pg']),
  wall('telemetry/**/*.ts', ['pino', 'prom-client']),
  wall('payments/**/*.ts', []),
  {
    files: ['**/*.test.ts', 'test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 800, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
  { files: ['relay/src/**/*.test.ts'], rules: { '@typescript-eslint/no-restricted-imports': 'off' } },
  // The compiler of LWC takes a module's component from its default export.
  { files: ['test/org/browser/client/modules/**/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['force-app/**/lwc/**/*.ts'],
    extends: [lightning, tseslint.configs.strict],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaVersion: 'latest', sourceType: 'module' } },
    rules: { ...SIZES, eqeqeq: ['error', 'always', { null: 'ignore' }], 'no-console': 'error' },
  },
  {
    files: ['force-app/**/lwc/**/__tests__/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@lwc/lwc/no-unexpected-wire-adapter-usages': 'off',
      '@lwc/lwc/no-async-operation': 'off',
    },
  },
  { files: ['force-app/**/lwc/**/*.css'], extends: [slds.configs['flat/recommended-css']] },
  { files: ['force-app/**/lwc/**/*.html'], extends: [slds.configs['flat/recommended-html']] },
  { files: ['scripts/**/*.ts'], rules: { 'no-console': 'off' } },
]);
