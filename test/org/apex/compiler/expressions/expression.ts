import {
  Arth1ExpressionContext,
  Arth2ExpressionContext,
  ArrayExpressionContext,
  AssignExpressionContext,
  BitAndExpressionContext,
  BitExpressionContext,
  BitNotExpressionContext,
  BitOrExpressionContext,
  CastExpressionContext,
  CmpExpressionContext,
  CoalExpressionContext,
  CondExpressionContext,
  DotExpressionContext,
  EqualityExpressionContext,
  type ExpressionContext,
  InstanceOfExpressionContext,
  LogAndExpressionContext,
  LogOrExpressionContext,
  MethodCallExpressionContext,
  NegExpressionContext,
  NewExpressionContext,
  PostOpExpressionContext,
  PreOpExpressionContext,
  PrimaryExpressionContext,
  SubExpressionContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { optional, type TreeNode } from '../parse.ts';
import { adapt, convert, isType, nonNull, rowOrNull, singleRow, type Typed } from '../typed.ts';
import { compileArithmetic, compileBits, compileSign, type Operation, widerNumber } from './arithmetic.ts';
import { compileAssignment, compileStep } from './assignment.ts';
import { compileCall } from './calls.ts';
import { compileCast, compileInstanceOf } from './casts.ts';
import { compileEquality, compileLogic, compileNot, compileOrder, truth } from './comparison.ts';
import { compileNew } from './creation.ts';
import { compileDot } from './dot.ts';
import { compilePrimary } from './primary.ts';

/** Compiles an expression to its static type and its JavaScript; what Apex refuses is thrown as a CompileFailure. */
export function compileExpression(tree: ExpressionContext, context: BodyContext): Typed {
  return closeChain(compileChain(tree, context));
}

/** Compiles what is stored in, passed as or returned as a declared type. */
export function compileAs(tree: ExpressionContext, type: ApexType, context: BodyContext): Typed {
  return convert(compileExpression(tree, context), type, context, tree);
}

export function compileCondition(tree: ExpressionContext, context: BodyContext): string {
  const value = compileExpression(tree, context);
  if (!isType(value.type, types.Boolean))
    fail(tree, `Condition expression must be of type Boolean: ${typeName(value.type)}`);
  return truth(value);
}

/** Ends a chain with `?.`: null where one of its links was null. */
export function closeChain(value: Typed): Typed {
  if (!value.guards?.length) return value;
  const code = `(${value.guards.join(' || ')} ? null : ${value.code})`;
  return { type: value.type, code, ...(value.isQuery ? { isQuery: true } : {}) };
}

type Handler = (tree: never, context: BodyContext) => Typed;
type NodeClass = abstract new (...args: never[]) => ExpressionContext;

const HANDLERS: readonly (readonly [NodeClass, Handler])[] = [
  [PrimaryExpressionContext, compilePrimary],
  [SubExpressionContext, (tree: SubExpressionContext, context) => compileExpression(tree.expression(), context)],
  [DotExpressionContext, compileDot],
  [
    MethodCallExpressionContext,
    (tree: MethodCallExpressionContext, context) => compileCall(tree.methodCall(), context),
  ],
  [NewExpressionContext, (tree: NewExpressionContext, context) => compileNew(tree.creator(), context)],
  [ArrayExpressionContext, compileIndex],
  [AssignExpressionContext, compileAssignment],
  [PostOpExpressionContext, (tree: PostOpExpressionContext, context) => compileStep(tree, context, false)],
  [PreOpExpressionContext, compilePrefix],
  [NegExpressionContext, compileNegation],
  [CastExpressionContext, compileCast],
  [InstanceOfExpressionContext, compileInstanceOf],
  [CondExpressionContext, compileTernary],
  [CoalExpressionContext, compileCoalesce],
  [Arth1ExpressionContext, binary(compileArithmetic)],
  [Arth2ExpressionContext, binary(compileArithmetic)],
  [BitExpressionContext, binary(compileBits)],
  [BitAndExpressionContext, binary(compileBits)],
  [BitNotExpressionContext, binary(compileBits)],
  [BitOrExpressionContext, binary(compileBits)],
  [CmpExpressionContext, binary(compileOrder)],
  [EqualityExpressionContext, binary(compileEquality)],
  [LogAndExpressionContext, binary((operation, _context, tree) => compileLogic(operation, tree))],
  [LogOrExpressionContext, binary((operation, _context, tree) => compileLogic(operation, tree))],
];

/** Compiles a link of a chain, which may still carry the guards of `?.`. */
export function compileChain(tree: ExpressionContext, context: BodyContext): Typed {
  const handler = HANDLERS.find(([node]) => tree instanceof node)?.[1];
  if (!handler) return fail(tree, `Unexpected expression: ${tree.getText()}`);
  return handler(tree as never, context);
}

type BinaryTree = { expression: (index: number) => ExpressionContext; children?: unknown } & TreeNode;
type BinaryCompiler = (operation: Operation, context: BodyContext, tree: TreeNode) => Typed;

function binary(compile: BinaryCompiler): Handler {
  return (tree: BinaryTree, context: BodyContext) =>
    compile(
      {
        operator: operatorOf(tree),
        left: compileExpression(tree.expression(0), context),
        right: compileExpression(tree.expression(1), context),
      },
      context,
      tree,
    );
}

/** The text between the two operands; `>>` and `<=` are several tokens. */
function operatorOf(tree: BinaryTree): string {
  return (tree.children as { getText: () => string }[])
    .slice(1, -1)
    .map((child) => child.getText())
    .join('');
}

function compilePrefix(tree: PreOpExpressionContext, context: BodyContext): Typed {
  if (optional(tree.INC()) ?? optional(tree.DEC())) return compileStep(tree, context, true);
  return compileSign(optional(tree.SUB()) ? '-' : '+', compileExpression(tree.expression(), context), tree);
}

function compileNegation(tree: NegExpressionContext, context: BodyContext): Typed {
  const value = compileExpression(tree.expression(), context);
  if (optional(tree.BANG())) return compileNot(value, tree);
  if (!isType(value.type, types.Integer, types.Long)) fail(tree, 'Bitwise operator only allowed on integer types');
  return { type: value.type, code: `(~${nonNull(value)})`, isNonNull: true };
}

function compileIndex(tree: ArrayExpressionContext, context: BodyContext): Typed {
  const list = compileChain(tree.expression(0), context);
  const index = compileAs(tree.expression(1), types.Integer, context);
  if (list.type.kind !== 'list') fail(tree, `Expression must be a list type: ${typeName(list.type)}`);
  const { guards } = list;
  return { type: list.type.of, code: `${nonNull(list)}.get(${nonNull(index)})`, ...(guards ? { guards } : {}) };
}

function compileTernary(tree: CondExpressionContext, context: BodyContext): Typed {
  const condition = compileCondition(tree.expression(0), context);
  const [left, right] = unify(
    compileExpression(tree.expression(1), context),
    compileExpression(tree.expression(2), context),
    {
      context,
      tree,
      message: 'Incompatible types in ternary operator',
    },
  );
  const isNonNull = left.isNonNull && right.isNonNull;
  return {
    type: left.type,
    code: `(${condition} ? ${left.code} : ${right.code})`,
    ...(isNonNull ? { isNonNull } : {}),
  };
}

function compileCoalesce(tree: CoalExpressionContext, context: BodyContext): Typed {
  const first = compileExpression(tree.expression(0), context);
  const second = compileExpression(tree.expression(1), context);
  const [left, right] = unify(
    second.type.kind === 'sobject' || second.type.kind === 'null' ? rowOrNull(first) : first,
    second,
    {
      context,
      tree,
      message: 'Incompatible types in null coalescing operator',
    },
  );
  return { type: left.type, code: `(${left.code} ?? ${right.code})`, ...(right.isNonNull ? { isNonNull: true } : {}) };
}

type Unification = { readonly context: BodyContext; readonly tree: TreeNode; readonly message: string };

/** Gives both branches one type: the wider number, the supertype, the one that is not null. */
function unify(first: Typed, second: Typed, { context, tree, message }: Unification): [Typed, Typed] {
  const left = first.isQuery && second.type.kind === 'sobject' ? singleRow(first) : first;
  const right = second.isQuery && first.type.kind === 'sobject' ? singleRow(second) : second;
  const { world } = context.unit;
  const wider = widerNumber(left.type, right.type);
  if (wider) return [adapt(left, wider, context), adapt(right, wider, context)];
  if (world.assignable(right.type, left.type) && left.type.kind !== 'null')
    return [left, adapt(right, left.type, context)];
  if (world.assignable(left.type, right.type)) return [adapt(left, right.type, context), right];
  const common = commonSupertype(left.type, right.type, context);
  if (common)
    return [
      { ...left, type: common },
      { ...right, type: common },
    ];
  return fail(tree, `${message}: ${typeName(left.type)}, ${typeName(right.type)}`);
}

function commonSupertype(left: ApexType, right: ApexType, { unit: { world } }: BodyContext): ApexType | undefined {
  if (left.kind === 'sobject' && right.kind === 'sobject') return types.SObject;
  if (left.kind !== 'class') return undefined;
  const parents = world.supertypes(left);
  return (
    parents.find((parent) => world.assignable(right, parent)) ??
    parents.map((parent) => commonSupertype(parent, right, { unit: { world } } as BodyContext)).find(Boolean)
  );
}
