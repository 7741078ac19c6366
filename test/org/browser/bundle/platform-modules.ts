import path from 'node:path';
import { type Plugin } from 'rollup';
import ts from 'typescript';

const PREFIX = '\0platform:';
const CLIENT = path.join(import.meta.dirname, '../client');

/** What the platform gives every component and npm does not: which of our files stands for it. */
const SHIMS: ReadonlyMap<string, string> = new Map([
  ['lightning/uiRecordApi', 'ui-record-api.ts'],
  ['lightning/navigation', 'navigation.ts'],
  ['force/navigation', 'navigation.ts'],
  ['lightning/platformShowToastEvent', 'toast-event.ts'],
  ['lightning/empApi', 'emp-api.ts'],
  ['lightning/refresh', 'refresh.ts'],
  ['@salesforce/apex', 'apex.ts'],
]);

export type ComponentSources = {
  /** Custom labels by lower-case name. */
  readonly labels: ReadonlyMap<string, string>;
  /** Component name → its folder. */
  readonly components: ReadonlyMap<string, string>;
};

/** Resolves the modules that the platform makes up for a component: Apex methods, labels, fields, permissions, the user, other components. */
export function platformModules(sources: ComponentSources): Plugin {
  return {
    name: 'platform-modules',
    resolveId: (id) => {
      const shim = SHIMS.get(id);
      if (shim !== undefined) return path.join(CLIENT, 'platform', shim);
      return isMadeUp(id) ? PREFIX + id : null;
    },
    load: (id) => (id.startsWith(PREFIX) ? moduleText(sources, id.slice(PREFIX.length)) : null),
  };
}

function isMadeUp(id: string): boolean {
  return (
    /^@salesforce\/(?:apex|schema|customPermission|user)\//.test(id) ||
    id.startsWith('@salesforce/label/c.') ||
    id === 'shell/components'
  );
}

function moduleText(sources: ComponentSources, id: string): string {
  if (id === 'shell/components') return componentTable([...sources.components.keys()]);
  const [, kind = '', name = ''] = /^@salesforce\/(\w+)\/(.+)$/.exec(id) ?? [];
  const platform = (file: string): string => JSON.stringify(path.join(CLIENT, 'platform', file));
  switch (kind) {
    case 'apex':
      return `import { apexMethod } from ${platform('apex.ts')}; export default apexMethod(${JSON.stringify(name)});`;
    case 'customPermission':
      return `import { hasCustomPermission } from ${platform('session.ts')}; export default hasCustomPermission(${JSON.stringify(name)});`;
    case 'user':
      return `import { session } from ${platform('session.ts')}; export default session.user[${JSON.stringify(userProperty(name))}];`;
    case 'schema':
      return `export default ${JSON.stringify(schemaReference(name))};`;
    default:
      return `export default ${JSON.stringify(labelText(sources, name))};`;
  }
}

function userProperty(name: string): string {
  if (name === 'Id') return 'id';
  throw new Error(`The local org does not know @salesforce/user/${name}.`);
}

function schemaReference(name: string): Record<string, string> {
  const [objectApiName = '', fieldApiName] = name.split(/\.(.*)/s);
  return fieldApiName === undefined ? { objectApiName } : { objectApiName, fieldApiName };
}

function labelText({ labels }: ComponentSources, name: string): string {
  const text = labels.get(name.replace(/^c\./, '').toLowerCase());
  if (text === undefined) throw new Error(`The label ${name} does not exist.`);
  return text;
}

/** Every component a page may name, by that name. */
function componentTable(names: readonly string[]): string {
  const imports = names.map((name, index) => `import C${index} from 'c/${name}';`);
  const entries = names.map((name, index) => `${JSON.stringify(`c:${name}`)}: C${index}`);
  return `${imports.join('\n')}\nexport const components = { ${entries.join(', ')} };`;
}

/** Strips types and leaves the decorators for the LWC compiler, as tsc does for a deployment. */
export const stripTypes: Plugin = {
  name: 'strip-types',
  transform: (code, id) => {
    // Components carry their name as a query.
    if (!/\.ts(?:\?|$)/.test(id)) return null;
    const { outputText } = ts.transpileModule(code, {
      fileName: id,
      compilerOptions: {
        target: ts.ScriptTarget.ESNext,
        module: ts.ModuleKind.ESNext,
        useDefineForClassFields: true,
        experimentalDecorators: false,
        verbatimModuleSyntax: true,
      },
    });
    return { code: outputText, map: null };
  },
};

/** The base combobox asks for ElementInternals, which synthetic shadow refuses: that feature is switched off, as in an org. */
export const withoutElementInternals: Plugin = {
  name: 'without-element-internals',
  transform: (code, id) => {
    if (!/lightning\/features\/features\.js$/.test(id)) return null;
    const off = '_features.enableComboboxElementInternals = false;\nexport { features';
    return { code: code.replace('export { features', off), map: null };
  },
};
