import {
  type DoWhileStatementContext,
  type EnhancedForControlContext,
  type ForControlContext,
  type ForStatementContext,
  type IfStatementContext,
  type WhileStatementContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, types, typeName } from '../../types.ts';
import { platformClasses, methodsOn } from '../callables.ts';
import { type BodyContext, declareVariable, nested } from '../context.ts';
import { fail } from '../errors.ts';
import { compileCondition, compileExpression } from '../expressions/expression.ts';
import { optional, type TreeNode } from '../parse.ts';
import { adapt, nonNull, type Typed } from '../typed.ts';
import { at, compileBlock, type Compiled, compileLocal, compileNested, plain } from './statement.ts';

export function compileIf(tree: IfStatementContext, context: BodyContext): Compiled {
  const {
    unit: { diagnostics, path },
  } = context;
  const condition = diagnostics.attemptCode(path, () => compileCondition(tree.parExpression().expression(), context));
  const whenTrue = compileNested(tree.statement(0), context);
  const head = `${at(tree)} if (${condition}) ${whenTrue.code}`;
  if (!optional(tree.ELSE())) return plain(head);
  const otherwise = compileNested(tree.statement(1), context);
  return { code: `${head} else ${otherwise.code}`, completes: whenTrue.completes || otherwise.completes };
}

const looping = (context: BodyContext): BodyContext => nested(context, { loopDepth: context.loopDepth + 1 });

const isEndless = (condition: string, body: string): boolean => condition === 'true' && !/\bbreak;/.test(body);

export function compileWhile(tree: WhileStatementContext, context: BodyContext): Compiled {
  const condition = compileCondition(tree.parExpression().expression(), context);
  const statement = optional(tree.statement());
  const body = statement ? compileNested(statement, looping(context)).code : '{}';
  return { code: `while (at(${tree.start.line}), ${condition}) ${body}`, completes: !isEndless(condition, body) };
}

export function compileDoWhile(tree: DoWhileStatementContext, context: BodyContext): Compiled {
  const body = compileBlock(tree.block(), looping(context)).code;
  const condition = compileCondition(tree.parExpression().expression(), context);
  return plain(`do ${body} while (at(${tree.parExpression().start.line}), ${condition});`);
}

export function compileFor(tree: ForStatementContext, context: BodyContext): Compiled {
  const inner = looping(context);
  const control = tree.forControl();
  const enhanced = optional(control.enhancedForControl());
  const head = enhanced ? enhancedHead(enhanced, inner) : classicHead(control, inner, tree);
  const statement = optional(tree.statement());
  const body = statement ? compileNested(statement, inner).code : '{}';
  const completes = enhanced !== null || !isEndless(head.condition, body);
  return { code: `${at(tree)} {\n${head.code} {\n${head.first}\n${body}\n}\n}`, completes };
}

type Head = { readonly code: string; readonly first: string; readonly condition: string };

function classicHead(control: ForControlContext, context: BodyContext, tree: TreeNode): Head {
  const init = optional(control.forInit());
  const local = init && optional(init.localVariableDeclaration());
  const expressions = init && !local ? optional(init.expressionList()) : null;
  const before = local
    ? compileLocal(local, context)
    : (expressions?.expression_list() ?? []).map((each) => `${compileExpression(each, context).code};`).join(' ');
  const expression = optional(control.expression());
  const condition = expression ? compileCondition(expression, context) : 'true';
  const updates = optional(control.forUpdate())?.expressionList().expression_list() ?? [];
  const update = updates.map((each) => compileExpression(each, context).code).join(', ');
  return { code: `${before}\nfor (; at(${tree.start.line}), ${condition}; ${update})`, first: '', condition };
}

const CHUNK = 200;

/** `for (T item : items)`, and over a query also `for (List<T> chunk : […])`. */
function enhancedHead(tree: EnhancedForControlContext, context: BodyContext): Head {
  const { world } = context.unit;
  const type = world.typeOf(tree.typeRef(), context.owner);
  const source = compileExpression(tree.expression(), context);
  const isChunked = source.isQuery === true && type.kind === 'list' && source.type.kind === 'list';
  const element = isChunked ? type : elementType(source, context, tree);
  if (!fits(element, type, context))
    fail(tree, `Loop variable must be of type ${typeName(element)}: ${typeName(type)}`);
  const variable = declareVariable(context, tree, { name: tree.id().getText(), type });
  const items = isChunked ? `$.chunks(${source.code}, ${CHUNK})` : `$.iterate(${nonNull(source)})`;
  const value = adapt({ type: element, code: 'item' }, type, context);
  return { code: `for (const item of ${items})`, first: `let ${variable.code} = ${value.code};`, condition: '' };
}

function fits(element: ApexType, type: ApexType, { unit: { world } }: BodyContext): boolean {
  if (world.assignable(element, type)) return true;
  return element.kind === 'sobject' && type.kind === 'sobject' && element.name === 'SObject';
}

function elementType(source: Typed, context: BodyContext, tree: TreeNode): ApexType {
  const { type } = source;
  if (type.kind === 'list' || type.kind === 'set' || type.kind === 'iterable') return type.of;
  const iterable = iterableOf(type, context);
  if (iterable) return iterable;
  return fail(tree, `Loop must iterate over a collection type: ${typeName(type)}`);
}

/** The T of a class that implements Iterable<T>. */
function iterableOf(type: ApexType, context: BodyContext): ApexType | null {
  if (type.kind !== 'class') return null;
  const { world } = context.unit;
  const isIterable = platformClasses(world, type).some(({ platform }) => platform.name === 'System.Iterable');
  const [iterator] = isIterable ? methodsOn(world, type, 'iterator') : [];
  if (iterator?.returns.kind === 'iterator') return iterator.returns.of;
  return isIterable ? types.any : null;
}
