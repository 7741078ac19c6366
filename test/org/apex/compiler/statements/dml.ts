import {
  type AccessLevelContext,
  type ExpressionContext,
  type MergeStatementContext,
  type QualifiedNameContext,
  type RunAsStatementContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { compileExpression } from '../expressions/expression.ts';
import { recordMember } from '../fields.ts';
import { optional, type TreeNode } from '../parse.ts';
import { at, compileBlock, type Compiled, plain } from './statement.ts';

type DmlTree = TreeNode & {
  readonly expression: () => ExpressionContext;
  readonly accessLevel: () => AccessLevelContext;
  readonly qualifiedName?: () => QualifiedNameContext;
};

/** `insert records;`, `upsert records Key__c;`, with `as user` and `as system`. */
export function compileDml(operation: string, tree: DmlTree, context: BodyContext): Compiled {
  const value = compileExpression(tree.expression(), context);
  const record = recordType(value.type);
  if (record === null) return fail(tree, `DML requires SObject or SObject list type: ${typeName(value.type)}`);
  const keyTree = tree.qualifiedName ? optional(tree.qualifiedName()) : null;
  const key = keyTree ? JSON.stringify(keyField(keyTree, record, context)) : 'null';
  const mode = accessMode(optional(tree.accessLevel()));
  return plain(`${at(tree)} $.dml("${operation}", ${value.code}, ${mode}, ${key});`);
}

function accessMode(tree: AccessLevelContext | null): string {
  if (!tree) return 'null';
  return optional(tree.USER()) ? '"user"' : '"system"';
}

/** The object whose records a DML statement takes. */
function recordType(type: ApexType): string | null {
  if (type.kind === 'sobject') return type.name;
  return type.kind === 'list' && type.of.kind === 'sobject' ? type.of.name : null;
}

function keyField(tree: QualifiedNameContext, record: string, context: BodyContext): string {
  const parts = tree.id_list().map((id) => id.getText());
  const objectName = parts.length > 1 ? (parts[0] ?? record) : record;
  const name = parts.at(-1) ?? '';
  const member = recordMember(context.unit.world, objectName, name);
  if (member?.kind !== 'field') return fail(tree, `Invalid field ${name} for upsert of ${objectName}`);
  return member.name;
}

/** `merge master duplicates;`. */
export function compileMerge(tree: MergeStatementContext, context: BodyContext): Compiled {
  const [master, duplicates] = [
    compileExpression(tree.expression(0), context),
    compileExpression(tree.expression(1), context),
  ];
  if (master.type.kind !== 'sobject' || recordType(duplicates.type) === null)
    fail(tree, 'Merge requires an SObject and the SObjects to merge into it');
  return plain(`${at(tree)} $.merge(${master.code}, ${duplicates.code}, ${accessMode(optional(tree.accessLevel()))});`);
}

/** `System.runAs(user) { … }`. */
export function compileRunAs(tree: RunAsStatementContext, context: BodyContext): Compiled {
  const [user] = optional(tree.expressionList())?.expression_list() ?? [];
  if (!user) return fail(tree, 'System.runAs needs a user');
  const value = compileExpression(user, context);
  if (
    !context.unit.world.assignable(value.type, types.SObject) ||
    (value.type.kind === 'sobject' && value.type.name !== 'User')
  )
    fail(
      tree,
      `Method does not exist or incorrect signature: void runAs(${typeName(value.type)}) from the type System`,
    );
  const body = compileBlock(tree.block(), context);
  return {
    code: `${at(tree)} { const ran = $.beginRunAs(${value.code});\ntry ${body.code} finally { $.endRunAs(ran); } }`,
    completes: body.completes,
  };
}
