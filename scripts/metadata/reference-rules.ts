import path from 'node:path';
import type { Catalogue } from './descriptions.ts';
import type { FieldSource, Model } from './model.ts';
import { childOf, type Element, type SourceFile, textOf } from './source.ts';

/** Code that metadata may name, and that may name metadata: Apex, triggers and components, with their text. */
export type CodeFile = { readonly path: string; readonly text: string };

type Named = {
  readonly classes: ReadonlySet<string>;
  readonly labels: ReadonlyMap<string, string>;
  readonly customPermissions: ReadonlySet<string>;
  readonly components: ReadonlyMap<string, SourceFile>;
  readonly principals: ReadonlySet<string>;
  readonly model: Model;
  readonly catalogue: Catalogue;
};

type Known = { readonly model: Model; readonly catalogue: Catalogue };

const META = '-meta.xml';

/** What the files say about each other: permission sets, pages, labels and code must name only what exists, and all that exists must be named. */
export function checkReferences(
  files: readonly SourceFile[],
  code: readonly CodeFile[],
  { model, catalogue, apiVersion }: Known & { readonly apiVersion: string },
): string[] {
  const named = readNames(files, { model, catalogue });
  const permissionSets = files.filter(({ path: file }) => file.endsWith(`.permissionset${META}`));
  return [
    ...permissionSets.flatMap((file) => at(file, checkPermissionSet(file, named))),
    ...(permissionSets.length === 0 ? [] : checkGranted(permissionSets, model)),
    ...files.filter(isPage).flatMap((file) => at(file, checkPage(file, named.components))),
    ...checkCompanions(files, code, apiVersion),
    ...checkLabels(named.labels, code),
    ...code.filter(isComponentCode).flatMap((file) => checkCustomPermissions(file, named.customPermissions)),
  ];
}

function at({ path: file }: { readonly path: string }, faults: readonly string[]): string[] {
  return faults.map((fault) => `${file}: ${fault}`);
}

function baseName(file: string): string {
  return path.basename(file).split('.')[0] ?? '';
}

function readNames(files: readonly SourceFile[], { model, catalogue }: Known): Named {
  const ending = (suffix: string): SourceFile[] => files.filter(({ path: file }) => file.endsWith(suffix + META));
  const labels = ending('.labels').flatMap((file) =>
    childrenNamed(file.root, 'labels').map((label) => [textOf(label, 'fullName') ?? '', file.path] as const),
  );
  return {
    classes: new Set(ending('.cls').map(({ path: file }) => baseName(file))),
    labels: new Map(labels),
    customPermissions: new Set(ending('.customPermission').map(({ path: file }) => baseName(file))),
    components: new Map(ending('.js').map((file) => [baseName(file.path), file])),
    principals: new Set(ending('.externalCredential').flatMap(principalsOf)),
    model,
    catalogue,
  };
}

function childrenNamed(element: Element | null, name: string): readonly Element[] {
  return (element?.children ?? []).filter((child) => child.name === name);
}

function principalsOf(credential: SourceFile): string[] {
  return childrenNamed(credential.root, 'externalCredentialParameters')
    .filter((parameter) => (textOf(parameter, 'parameterType') ?? '').endsWith('Principal'))
    .map((parameter) => `${baseName(credential.path)}-${textOf(parameter, 'parameterName') ?? ''}`);
}

function checkPermissionSet(file: SourceFile, named: Named): string[] {
  const missing = (element: string, name: string, exists: (value: string) => boolean): string[] =>
    childrenNamed(file.root, element)
      .map((entry) => textOf(entry, name) ?? '')
      .filter((value) => !exists(value))
      .map((value) => `<${element}> names ${value}, which does not exist`);
  return [
    ...missing('classAccesses', 'apexClass', (name) => named.classes.has(name)),
    ...missing('customPermissions', 'name', (name) => named.customPermissions.has(name)),
    ...missing('objectPermissions', 'object', (name) => hasObject(name, named)),
    ...missing('fieldPermissions', 'field', (name) => hasField(name, named)),
    ...missing('externalCredentialPrincipalAccesses', 'externalCredentialPrincipal', (name) =>
      named.principals.has(name),
    ),
    ...childrenNamed(file.root, 'fieldPermissions').flatMap((entry) => checkGrantable(entry, named.model)),
    ...childrenNamed(file.root, 'objectPermissions').flatMap(checkObjectRights),
  ];
}

/** What each right on an object needs beside it; the platform refuses one that comes without. */
const NEEDED_RIGHTS: Readonly<Record<string, readonly string[]>> = {
  allowCreate: ['allowRead'],
  allowEdit: ['allowRead'],
  allowDelete: ['allowRead', 'allowEdit'],
  viewAllRecords: ['allowRead'],
  modifyAllRecords: ['allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords'],
};

function checkObjectRights(entry: Element): string[] {
  const has = (right: string): boolean => textOf(entry, right) === 'true';
  const object = textOf(entry, 'object') ?? '';
  return Object.entries(NEEDED_RIGHTS)
    .filter(([right]) => has(right))
    .flatMap(([right, needed]) =>
      needed.filter((name) => !has(name)).map((name) => `${object}: ${right} needs ${name}`),
    );
}

function hasObject(name: string, { model, catalogue }: Known): boolean {
  return model.objects.has(name) || catalogue.object(name) !== null;
}

/** Rights on a standard address are given for the whole of it. */
function hasField(name: string, { model, catalogue }: Known): boolean {
  const [object = '', field = ''] = name.split('.');
  if (model.fields.get(object)?.has(field) === true) return true;
  return catalogue.object(object)?.fields.has(field.replace(/Address$/, 'Street')) === true;
}

/** The platform refuses rights on fields that everybody has by nature, and editing where nothing can be edited. */
function checkGrantable(entry: Element, model: Model): string[] {
  const name = textOf(entry, 'field') ?? '';
  const [object = '', fieldName = ''] = name.split('.');
  const field = model.fields.get(object)?.get(fieldName);
  if (field === undefined) return [];
  if (field.isRequired || field.type === 'MasterDetail') return [`${name} is required, so no permission can name it`];
  const isEditable = textOf(entry, 'editable') === 'true';
  return field.formula !== null && isEditable ? [`${name} is a formula, so nobody can edit it`] : [];
}

/** A field that no permission set names is seen by nobody. */
function checkGranted(permissionSets: readonly SourceFile[], model: Model): string[] {
  const granted = new Set(
    permissionSets.flatMap(({ root }) =>
      childrenNamed(root, 'fieldPermissions').map((entry) => textOf(entry, 'field') ?? ''),
    ),
  );
  return [...model.fields.values()]
    .flatMap((ofObject) => [...ofObject.values()])
    .filter((field) => needsPermission(field, model) && !granted.has(`${field.object}.${field.name}`))
    .map((field) => `${field.file}: no permission set names the field, so nobody could see it`);
}

function needsPermission(field: FieldSource, model: Model): boolean {
  if (!field.file.startsWith('force-app/') || /__(mdt|e)$/.test(field.object)) return false;
  const isSetting = childOf(model.objects.get(field.object)?.root ?? null, 'customSettingsType') !== null;
  return !isSetting && !field.isRequired && field.type !== 'MasterDetail';
}

function isPage({ path: file }: SourceFile): boolean {
  return file.endsWith(`.flexipage${META}`);
}

function checkPage(page: SourceFile, components: ReadonlyMap<string, SourceFile>): string[] {
  const object = textOf(page.root, 'sobjectType');
  return componentsOf(page.root)
    .filter((name) => /^(c|causeway):/.test(name))
    .flatMap((name) => {
      const component = components.get(name.split(':')[1] ?? '');
      if (component === undefined) return [`names the component ${name}, which does not exist`];
      const objects = [...component.xml.matchAll(/<object>(\w+)<\/object>/g)].map(([, allowed]) => allowed);
      if (object === null || objects.length === 0 || objects.includes(object)) return [];
      return [`${name} is not made for the pages of ${object}`];
    });
}

function componentsOf(element: Element | null): string[] {
  return (element?.children ?? []).flatMap((child) =>
    child.name === 'componentName' ? [child.text] : componentsOf(child),
  );
}

const isApexCode = ({ path: file }: CodeFile): boolean => /\.(cls|trigger)$/.test(file);
const isComponentCode = ({ path: file }: CodeFile): boolean => /\/lwc\/[^/]+\/[^/]+\.ts$/.test(file);

/** Every class, trigger and component has its description file, of the project's API version, and no such file stands alone. */
function checkCompanions(files: readonly SourceFile[], code: readonly CodeFile[], apiVersion: string): string[] {
  const companions = files.filter(({ path: file }) => /\.(cls|trigger|js)-meta\.xml$/.test(file));
  const described = new Set(companions.map(({ path: file }) => file.slice(0, -META.length)));
  const sources = new Set(code.map(({ path: file }) => file.replace(/(\/lwc\/[^/]+\/[^/]+)\.ts$/, '$1.js')));
  return [
    ...companions
      .filter(({ path: file }) => !sources.has(file.slice(0, -META.length)))
      .map(({ path: file }) => `${file}: stands alone, without its source`),
    ...companions
      .filter(({ root }) => textOf(root, 'apiVersion') !== apiVersion)
      .map(({ path: file }) => `${file}: <apiVersion> is not ${apiVersion}, the project's`),
    ...code
      .filter((file) => isApexCode(file) && !described.has(file.path))
      .map(({ path: file }) => `${file}: has no ${META} file, so it would not be deployed`),
  ];
}

function checkLabels(labels: ReadonlyMap<string, string>, code: readonly CodeFile[]): string[] {
  const used = new Set<string>();
  const faults = code.flatMap((file) =>
    labelsIn(file).flatMap((label) => {
      used.add(label);
      return labels.has(label) ? [] : [`${file.path}: uses the label ${label}, which does not exist`];
    }),
  );
  const texts = code.map(({ text }) => text).join('\n');
  const unused = [...labels].filter(([label]) => !used.has(label) && !isReadByName(label, texts));
  return [...faults, ...unused.map(([label, file]) => `${file}: the label ${label} is used by nothing`)];
}

function labelsIn(file: CodeFile): string[] {
  const pattern = isApexCode(file) ? /\bLabel\.([A-Za-z]\w*)/g : /@salesforce\/label\/c\.(\w+)/g;
  const found = [...file.text.matchAll(pattern)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return found.filter((name) => !['get', 'translationExists'].includes(name));
}

/** Families such as Error_…, which Apex reads by a name it composes: `'Error_' + code`. */
function isReadByName(label: string, texts: string): boolean {
  return texts.includes(`'${label.split('_')[0] ?? ''}_'`);
}

function checkCustomPermissions(file: CodeFile, known: ReadonlySet<string>): string[] {
  return [...file.text.matchAll(/@salesforce\/customPermission\/(\w+)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !known.has(name))
    .map((name) => `${file.path}: asks for the custom permission ${name}, which does not exist`);
}
