import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import lwcModule from '@lwc/rollup-plugin';
import replaceModule from '@rollup/plugin-replace';
import { rollup } from 'rollup';
import { readLabels } from '../../apex/data/org-metadata.ts';
import { platformModules, stripTypes, withoutElementInternals } from './platform-modules.ts';

// Both declare themselves as CommonJS would export them; Node gives the function itself.
const lwc = lwcModule as unknown as typeof lwcModule.default;
const replace = replaceModule as unknown as typeof replaceModule.default;

const ROOT = path.join(import.meta.dirname, '../../../..');
const CLIENT = path.join(import.meta.dirname, '../client');
const CACHE = path.join(ROOT, 'node_modules/.cache/local-org-browser');
/** Warnings of npm's own modules: nothing of ours can mend them. */
const NOT_OURS = new Set(['CIRCULAR_DEPENDENCY', 'THIS_IS_UNDEFINED', 'EVAL']);

/** Builds the shell, every component of the sources and the base components into one script, or finds it built; answers its file. */
export async function buildBundle(sources: readonly string[]): Promise<string> {
  const components = componentFolders(sources);
  const file = path.join(CACHE, `app-${contentHash(sources, [...components.values()])}.js`);
  if (existsSync(file)) return file;
  const code = await compile({ labels: readLabels(sources), components });
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, code);
  renameSync(unfinished, file);
  return file;
}

function componentFolders(sources: readonly string[]): Map<string, string> {
  const descriptions = sources.flatMap((source) =>
    globSync('**/lwc/*/*.js-meta.xml', { cwd: source }).map((found) => path.resolve(source, found)),
  );
  return new Map(descriptions.toSorted().map((found) => [path.basename(found, '.js-meta.xml'), path.dirname(found)]));
}

/** Changes with anything that goes into the script: our files, the labels, the versions of the packages. */
function contentHash(sources: readonly string[], components: readonly string[]): string {
  const hash = createHash('sha256');
  const files = [
    ...[CLIENT, import.meta.dirname].flatMap((folder) => filesOf(folder, '**/*.{ts,html,css}')),
    ...components.flatMap((folder) => filesOf(folder, '*.{ts,html,css}')),
    ...sources.flatMap((source) => filesOf(source, '**/*.labels-meta.xml')),
    path.join(ROOT, 'package-lock.json'),
  ];
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function filesOf(folder: string, pattern: string): string[] {
  return globSync(pattern, { cwd: folder })
    .map((file) => path.resolve(folder, file))
    .toSorted();
}

async function compile(sources: Parameters<typeof platformModules>[0]): Promise<string> {
  const modules = path.join(CLIENT, 'modules');
  const aliases = [...sources.components].map(([name, folder]) => ({
    name: `c/${name}`,
    path: path.join(folder, `${name}.ts`),
  }));
  const build = await rollup({
    input: path.join(CLIENT, 'main.ts'),
    onwarn: (warning, warn) => {
      const isOurs = !/lightning-base-components/.test(`${warning.loc?.file ?? ''}${warning.message}`);
      if (isOurs && !NOT_OURS.has(warning.code ?? '')) warn(warning);
    },
    plugins: [
      platformModules(sources),
      withoutElementInternals,
      stripTypes,
      replace({
        values: { 'process.env.NODE_ENV': '"production"', 'import.meta.env.SSR': 'false' },
        preventAssignment: true,
      }),
      lwc({
        rootDir: modules,
        modules: [{ dir: modules }, ...aliases, { npm: 'lightning-base-components' }],
        enableDynamicComponents: true,
      }),
    ],
  });
  const { output } = await build.generate({ format: 'iife', inlineDynamicImports: true });
  await build.close();
  return output[0].code;
}
