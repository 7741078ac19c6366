import {
  FieldNameContext,
  FromNameListContext,
  QueryContext,
  SelectEntryContext,
  SubQueryContext,
} from '@apexdevtools/apex-parser';
import type { ObjectDescription } from '../../relay/src/sync/mapping.ts';
import { type ApexFile, type Finding, lineOf, nodesOf, type Tree } from './apex-source.ts';

/** Who knows the objects of an org by name; null where there is none. */
export type Objects = (name: string) => ObjectDescription | null;

const ALWAYS = [
  'Id',
  'CreatedDate',
  'CreatedById',
  'LastModifiedDate',
  'LastModifiedById',
  'SystemModstamp',
  'IsDeleted',
  'OwnerId',
];
const BY_KIND: Readonly<Record<string, readonly string[]>> = {
  __mdt: ['DeveloperName', 'MasterLabel', 'Label', 'Language', 'NamespacePrefix', 'QualifiedApiName'],
  __c: ['Name', 'SetupOwnerId'],
  __e: ['ReplayId', 'EventUuid'],
};

/** Objects of the platform that no catalogue of ours describes, with the fields that we use. */
const PLATFORM: Readonly<Record<string, readonly string[]>> = {
  asyncapexjob: ['ApexClassId', 'ApexClass.Name', 'JobType', 'NumberOfErrors', 'Status'],
  crontrigger: ['CronExpression', 'CronJobDetail.Name', 'CronJobDetailId', 'NextFireTime', 'State'],
  permissionset: ['Label', 'Name', 'NamespacePrefix'],
  permissionsetassignment: ['AssigneeId', 'PermissionSet.Name', 'PermissionSetId'],
};

/** Fields and relationships inside queries exist: the semantic checker does not look there. */
export function checkSoqlFields(file: ApexFile, objects: Objects): Finding[] {
  return nodesOf(file.tree, QueryContext).flatMap((query) => {
    const from = query.fromNameList().fieldName(0).getText();
    return checkScope(query, from, objects);
  });
}

function checkScope(query: Tree, from: string, objects: Objects): Finding[] {
  const platform = PLATFORM[from.toLowerCase()];
  const object = objects(from);
  if (platform === undefined && object === null)
    return [{ line: lineOf(query), message: `there is no object ${from}` }];
  const aliases = aliasesOf(query, from);
  return (query.children ?? []).flatMap((child) =>
    checkBelow(child, { object, platform: platform ?? [], aliases, objects, from }),
  );
}

type Scope = {
  readonly object: ObjectDescription | null;
  readonly platform: readonly string[];
  readonly aliases: ReadonlySet<string>;
  readonly objects: Objects;
  readonly from: string;
};

function checkBelow(node: Tree, scope: Scope): Finding[] {
  if (node instanceof FromNameListContext) return [];
  if (node instanceof SubQueryContext) return checkSubQuery(node, scope);
  if (node instanceof QueryContext) return [];
  if (node instanceof FieldNameContext) return checkPath(node, scope);
  return (node.children ?? []).flatMap((child) => checkBelow(child, scope));
}

function checkSubQuery(node: SubQueryContext, scope: Scope): Finding[] {
  const tree = node as unknown as Tree;
  const relationship = node.fromNameList().fieldName(0).getText();
  const child = [...(scope.object?.children ?? [])].find(([name]) => isSame(name, relationship));
  if (child === undefined)
    return [{ line: lineOf(tree), message: `${scope.from} has no child relationship ${relationship}` }];
  return checkScope(tree, child[1].object, scope.objects);
}

function checkPath(node: Tree, scope: Scope): Finding[] {
  const path = node.getText();
  const [head = '', ...rest] = path.split('.');
  const relative = rest.length > 0 && scope.aliases.has(head.toLowerCase()) ? rest.join('.') : path;
  if (scope.aliases.has(relative.toLowerCase())) return [];
  if ([...scope.platform, ...ALWAYS].some((field) => isSame(field, relative))) return [];
  if (scope.object !== null && hasField(scope.object, relative, scope.objects)) return [];
  return [{ line: lineOf(node), message: `${scope.from} has no field ${relative}` }];
}

function hasField(object: ObjectDescription, path: string, objects: Objects): boolean {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    const kind = /__\w+$/.exec(object.name)?.[0] ?? '';
    const names = [...object.fields.keys(), ...ALWAYS, ...(BY_KIND[kind] ?? [])];
    return names.some((name) => isSame(name, head));
  }
  const lookup = [...object.fields.values()].find((field) =>
    isSame(relationshipOf(field.name, field.relationshipName), head),
  );
  const target = lookup?.referenceTo.length === 1 ? objects(lookup.referenceTo[0] ?? '') : null;
  return target !== null && hasField(target, rest.join('.'), objects);
}

function relationshipOf(field: string, described: string | null): string {
  return described ?? field.replace(/__c$/, '__r');
}

function aliasesOf(query: Tree, from: string): ReadonlySet<string> {
  const list = nodesOf(query, FromNameListContext)[0];
  const names = (list?.soqlId_list() ?? []).map((id) => id.getText());
  const selected = nodesOf(query, SelectEntryContext).flatMap((entry) => {
    const alias = entry.soqlId() as { getText(): string } | null;
    return alias === null ? [] : [alias.getText()];
  });
  return new Set([from, ...names, ...selected].map((name) => name.toLowerCase()));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
