import { objectNamed, type ObjectType } from '../../metadata/schema.ts';
import { RecordError } from '../../record-error.ts';
import { type ComparisonValue, type Condition, type Operand, type Path, type Query } from '../../soql/ast.ts';
import { noSuchColumn } from '../../soql/scope.ts';
import { childNamed, parentField } from './fields.ts';
import { type ApexWorld } from './world.ts';

/** Checks every object, field and relationship of a query against the schema; what is unknown is a RecordError, worded as an org does. */
export function checkQuery(world: ApexWorld, query: Query): void {
  checkSelect(world, query, objectNamed(world.schema, query.from));
}

function checkSelect(world: ApexWorld, query: Query, object: ObjectType): void {
  const aliases = new Set(
    query.select.flatMap((item) => (item.kind === 'operand' && item.alias ? [item.alias.toLowerCase()] : [])),
  );
  const check = (operand: Operand): void => checkOperand(world, object, { operand, alias: query.alias, aliases });
  for (const item of query.select) {
    if (item.kind === 'operand') check(item.operand);
    if (item.kind === 'subquery') checkChild(world, item.query, object);
  }
  for (const condition of [query.where, query.having]) if (condition) checkCondition(world, condition, check);
  for (const operand of query.groupBy) check(operand);
  for (const { operand } of query.orderBy) check(operand);
}

function checkChild(world: ApexWorld, query: Query, parent: ObjectType): void {
  const child = childNamed(world, parent, query.from);
  if (!child)
    throw new RecordError(
      'INVALID_TYPE',
      `Didn't understand relationship '${query.from}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  checkSelect(world, query, child.child);
}

function checkCondition(world: ApexWorld, condition: Condition, check: (operand: Operand) => void): void {
  if (condition.kind === 'compare') {
    check(condition.left);
    checkValue(world, condition.right);
    return;
  }
  const parts = condition.kind === 'not' ? [condition.condition] : condition.conditions;
  for (const each of parts) checkCondition(world, each, check);
}

function checkValue(world: ApexWorld, value: ComparisonValue): void {
  if (value.kind === 'subquery') checkQuery(world, value.query);
}

type Use = { readonly operand: Operand; readonly alias: string | null; readonly aliases: ReadonlySet<string> };

function checkOperand(world: ApexWorld, object: ObjectType, { operand, alias, aliases }: Use): void {
  const { path } = operand;
  if (path === null) return;
  if (path.length === 1 && aliases.has((path[0] ?? '').toLowerCase())) return;
  const isPrefixed =
    path.length > 1 && [alias, object.name].some((name) => name?.toLowerCase() === path[0]?.toLowerCase());
  checkPath(world, object, isPrefixed ? path.slice(1) : path);
}

function checkPath(world: ApexWorld, object: ObjectType, path: Path): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    if (!object.fields.has(first.toLowerCase())) throw noSuchColumn(object, first);
    return;
  }
  const field = parentField(object, first);
  if (!field?.reference)
    throw new RecordError(
      'INVALID_FIELD',
      `Didn't understand relationship '${first}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
    );
  const parents = field.reference.to.flatMap((name) => world.schema.objects.get(name.toLowerCase()) ?? []);
  const fitting = parents.find((parent) => parent.fields.has((rest[0] ?? '').toLowerCase()) || rest.length > 1);
  const [only] = parents;
  if (only) checkPath(world, fitting ?? only, rest);
}
