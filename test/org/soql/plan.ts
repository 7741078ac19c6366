import { type Field, type ObjectType } from '../metadata/schema.ts';
import { RecordError } from '../record-error.ts';
import { type SqlValue } from '../store/database.ts';
import { type Operand, type Query, type SelectItem } from './ast.ts';
import { operandSql } from './operands.ts';
import { type Joined, resolvePath, type Scope } from './scope.ts';

/** A query ready to run: SQL, its parameters, and how a row becomes a record. `?1` is the parent's id in a child query. */
export type CompiledQuery = {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  readonly plan: QueryPlan;
};

/** Where one value of a record comes from in the SQL row. */
export type PlanItem =
  | { readonly kind: 'value'; readonly name: string; readonly field: Field; readonly column: number }
  | { readonly kind: 'parent'; readonly name: string; readonly record: RecordPlan }
  | { readonly kind: 'children'; readonly name: string; readonly query: CompiledQuery };

/** How a row becomes a record: its type, where its id is, its items in the order asked for. */
export type RecordPlan = {
  readonly type: { readonly name: string } | { readonly column: number };
  readonly idColumn: number;
  readonly items: PlanItem[];
};

export type QueryPlan =
  | { readonly kind: 'count' }
  | { readonly kind: 'aggregate'; readonly items: readonly PlanItem[] }
  | { readonly kind: 'records'; readonly record: RecordPlan };

type Planned = { readonly columns: string[]; readonly plan: QueryPlan };
type CompileChild = (query: Query) => CompiledQuery & { readonly name: string };

/** Decides the SQL columns of a SELECT and how to read them back. */
export function createPlan(
  scope: Scope,
  query: Query,
  items: readonly SelectItem[],
  compileChild: CompileChild,
): Planned {
  const [first] = items;
  if (
    items.length === 1 &&
    first?.kind === 'operand' &&
    first.operand.kind === 'aggregate' &&
    first.operand.path === null
  ) {
    return { columns: ['count(*)'], plan: { kind: 'count' } };
  }
  const isAggregate =
    query.groupBy.length > 0 || items.some((item) => item.kind === 'operand' && item.operand.kind === 'aggregate');
  return isAggregate ? planAggregate(scope, query, items) : planRecords(scope, items, compileChild);
}

function planAggregate(scope: Scope, query: Query, items: readonly SelectItem[]): Planned {
  const columns: string[] = [];
  let unnamed = 0;
  const grouped = new Set(query.groupBy.map((operand) => operandSql(scope, operand).sql));
  const planned = items.map((item): PlanItem => {
    if (item.kind !== 'operand')
      throw new RecordError('MALFORMED_QUERY', 'subqueries cannot be used in an aggregate query');
    const { sql, field } = operandSql(scope, item.operand);
    if (item.operand.kind !== 'aggregate' && !grouped.has(sql)) {
      throw new RecordError('MALFORMED_QUERY', `Field must be grouped or aggregated: ${pathText(item.operand)}`);
    }
    const name = item.alias ?? (item.operand.kind === 'field' ? field.name : `expr${unnamed++}`);
    return { kind: 'value', name, field, column: columns.push(sql) - 1 };
  });
  return { columns, plan: { kind: 'aggregate', items: planned } };
}

function pathText(operand: Operand): string {
  return operand.path?.join('.') ?? '';
}

function planRecords(scope: Scope, items: readonly SelectItem[], compileChild: CompileChild): Planned {
  const columns: string[] = [];
  const add = (sql: string): number => columns.push(sql) - 1;
  const root = recordPlan(scope.root, add);
  const parents = new Map<string, RecordPlan>();
  const seen = new Set<string>();
  for (const item of items) {
    if (item.kind === 'subquery') {
      const child = compileChild(item.query);
      root.items.push({ kind: 'children', name: child.name, query: child });
      continue;
    }
    if (item.kind !== 'operand' || (item.operand.kind !== 'field' && item.operand.kind !== 'label')) {
      throw new RecordError(
        'MALFORMED_QUERY',
        `Functions need GROUP BY: ${item.kind === 'operand' ? pathText(item.operand) : ''}`,
      );
    }
    if (item.alias !== null)
      throw new RecordError('MALFORMED_QUERY', `only aggregate expressions use field aliasing: ${item.alias}`);
    const { field, owner } = resolvePath(scope, item.operand.path);
    const { sql } = operandSql(scope, item.operand);
    const key = [...owner.path, field.name].join('.');
    if (seen.has(key)) throw new RecordError('INVALID_FIELD', `duplicate field selected: ${key}`, [key]);
    seen.add(key);
    const plan = ownerPlan({ scope, root, parents, add }, owner);
    plan.items.push({ kind: 'value', name: field.name, field, column: add(sql) });
  }
  return { columns, plan: { kind: 'records', record: root } };
}

type Parents = {
  readonly scope: Scope;
  readonly root: RecordPlan;
  readonly parents: Map<string, RecordPlan>;
  readonly add: (sql: string) => number;
};

/** The plan of the record a path's last relationship leads to; plans of parents in between come into being too. */
function ownerPlan(work: Parents, owner: Joined): RecordPlan {
  if (owner.path.length === 0) return work.root;
  const key = owner.path.join('.');
  const known = work.parents.get(key);
  if (known) return known;
  const outerPath = owner.path.slice(0, -1);
  const outer = outerPath.length === 0 ? work.scope.root : work.scope.joined.get(outerPath.join('.').toLowerCase());
  const plan = recordPlan(owner, work.add);
  ownerPlan(work, outer ?? work.scope.root).items.push({ kind: 'parent', name: owner.path.at(-1) ?? '', record: plan });
  work.parents.set(key, plan);
  return plan;
}

function recordPlan(joined: Joined, add: (sql: string) => number): RecordPlan {
  const object: ObjectType = joined.object;
  return {
    type: joined.isPolymorphic ? { column: add(`${joined.alias}."Type"`) } : { name: object.name },
    idColumn: add(`${joined.alias}."Id"`),
    items: [],
  };
}
