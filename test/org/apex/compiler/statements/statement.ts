import {
  type BlockContext,
  type ExpressionContext,
  type LocalVariableDeclarationContext,
  type StatementContext,
} from '@apexdevtools/apex-parser';
import { types, typeName } from '../../types.ts';
import { type BodyContext, declareVariable, nested } from '../context.ts';
import { readModifiers } from '../declarations.ts';
import { fail } from '../errors.ts';
import { isStatementExpression } from './expression-statement.ts';
import { compileAs, compileExpression } from '../expressions/expression.ts';
import { optional, type TreeNode } from '../parse.ts';
import { isType } from '../typed.ts';
import { isException } from '../world.ts';
import { compileDml, compileMerge, compileRunAs } from './dml.ts';
import { compileDoWhile, compileFor, compileIf, compileWhile } from './loops.ts';
import { compileSwitch } from './switch.ts';
import { compileTry } from './try.ts';

/** A compiled statement; `completes` says whether what follows can be reached. */
export type Compiled = { readonly code: string; readonly completes: boolean };

export const plain = (code: string): Compiled => ({ code, completes: true });

/** Marks the beginning of a statement: for coverage, for stack traces, for the CPU limit. */
export const at = (tree: TreeNode): string => `at(${tree.start.line});`;

/** Compiles the statements of a block in their own scope. */
export function compileBlock(tree: BlockContext, context: BodyContext): Compiled {
  const { code, completes } = compileStatements(tree.statement_list(), nested(context));
  return { code: `{\n${code}\n}`, completes };
}

/** Compiles statements one by one; one that cannot be compiled is reported and the next one is tried. */
export function compileStatements(trees: readonly StatementContext[], context: BodyContext): Compiled {
  const codes: string[] = [];
  let completes = true;
  const { diagnostics, path } = context.unit;
  for (const tree of trees) {
    if (!completes) {
      diagnostics.report(path, tree.start, 'Unreachable statement');
      break;
    }
    const isExit = (optional(tree.returnStatement()) ?? optional(tree.throwStatement())) !== null;
    completes = !isExit;
    const code = diagnostics.attemptCode(path, () => {
      const compiled = compileStatement(tree, context);
      completes = compiled.completes;
      return compiled.code;
    });
    codes.push(code);
  }
  return { code: codes.join('\n'), completes };
}

type Part = (tree: StatementContext) => unknown;
type Compiler = (tree: never, context: BodyContext) => Compiled;

const COMPILERS: readonly (readonly [Part, Compiler])[] = [
  [(tree) => tree.block(), compileBlock],
  [(tree) => tree.ifStatement(), compileIf],
  [(tree) => tree.switchStatement(), compileSwitch],
  [(tree) => tree.forStatement(), compileFor],
  [(tree) => tree.whileStatement(), compileWhile],
  [(tree) => tree.doWhileStatement(), compileDoWhile],
  [(tree) => tree.tryStatement(), compileTry],
  [(tree) => tree.returnStatement(), compileReturn],
  [(tree) => tree.throwStatement(), compileThrow],
  [(tree) => tree.breakStatement(), (tree: TreeNode, context) => compileJump(tree, context, 'break')],
  [(tree) => tree.continueStatement(), (tree: TreeNode, context) => compileJump(tree, context, 'continue')],
  [(tree) => tree.insertStatement(), (tree: never, context) => compileDml('insert', tree, context)],
  [(tree) => tree.updateStatement(), (tree: never, context) => compileDml('update', tree, context)],
  [(tree) => tree.deleteStatement(), (tree: never, context) => compileDml('delete', tree, context)],
  [(tree) => tree.undeleteStatement(), (tree: never, context) => compileDml('undelete', tree, context)],
  [(tree) => tree.upsertStatement(), (tree: never, context) => compileDml('upsert', tree, context)],
  [(tree) => tree.mergeStatement(), compileMerge],
  [(tree) => tree.runAsStatement(), compileRunAs],
  [
    (tree) => tree.localVariableDeclarationStatement(),
    (tree: { localVariableDeclaration: () => LocalVariableDeclarationContext } & TreeNode, context) =>
      plain(`${at(tree)} ${compileLocal(tree.localVariableDeclaration(), context)}`),
  ],
  [(tree) => tree.expressionStatement(), compileExpressionStatement],
];

export function compileStatement(tree: StatementContext, context: BodyContext): Compiled {
  for (const [part, compile] of COMPILERS) {
    const found = optional(part(tree));
    if (found !== null) return compile(found as never, context);
  }
  return fail(tree, `Unexpected statement: ${tree.getText()}`);
}

/** The body of an `if` or a loop: a single statement has its own scope too. */
export function compileNested(tree: StatementContext, context: BodyContext): Compiled {
  const { code, completes } = compileStatements([tree], nested(context));
  return { code: `{\n${code}\n}`, completes };
}

export type LocalTree = TreeNode &
  Pick<LocalVariableDeclarationContext, 'typeRef' | 'variableDeclarators' | 'modifier_list'>;

/** `Integer a = 1, b;`; a variable whose value is wrong is still declared, so that one mistake is one error. */
export function compileLocal(tree: LocalTree, context: BodyContext): string {
  const { world, diagnostics, path } = context.unit;
  const type = diagnostics.attempt(path, () => world.typeOf(tree.typeRef(), context.owner), types.any);
  const isFinal = readModifiers(tree.modifier_list()).words.has('final');
  const codes = tree
    .variableDeclarators()
    .variableDeclarator_list()
    .map((declarator) => {
      const expression = optional(declarator.expression());
      const value = expression
        ? diagnostics.attemptCode(path, () => compileAs(expression, type, context).code)
        : 'null';
      const variable = declareVariable(context, declarator, {
        name: declarator.id().getText(),
        type,
        isFinal: isFinal && expression !== null,
      });
      return `let ${variable.code} = ${value};`;
    });
  return codes.join(' ');
}

function compileExpressionStatement(
  tree: { expression: () => ExpressionContext } & TreeNode,
  context: BodyContext,
): Compiled {
  if (!isStatementExpression(tree.expression())) fail(tree, 'Expression cannot be a statement.');
  return plain(`${at(tree)} ${compileExpression(tree.expression(), context).code};`);
}

function compileReturn(tree: { expression: () => ExpressionContext } & TreeNode, context: BodyContext): Compiled {
  const expression = optional(tree.expression());
  if (!expression) {
    if (!isVoid(context)) fail(tree, `Missing return value: ${typeName(context.returns)}`);
    return {
      code: `${at(tree)} return${context.isInitializing && !context.isStatic ? ' this' : ''};`,
      completes: false,
    };
  }
  if (isVoid(context)) fail(tree, 'Return value not allowed in a method without a return type');
  return { code: `${at(tree)} return ${compileAs(expression, context.returns, context).code};`, completes: false };
}

const isVoid = ({ returns }: BodyContext): boolean => isType(returns, types.void);

function compileThrow(tree: { expression: () => ExpressionContext } & TreeNode, context: BodyContext): Compiled {
  const { world } = context.unit;
  const value = compileExpression(tree.expression(), context);
  const model = world.classOfType(value.type);
  const isPlatform =
    value.type.kind === 'class' && world.assignable(value.type, { kind: 'class', name: 'System.Exception' });
  if (!isPlatform && !(model && isException(world, model)))
    fail(tree, `Throw expression must be of type exception: ${typeName(value.type)}`);
  return { code: `${at(tree)} throw $.thrown(${value.code});`, completes: false };
}

function compileJump(tree: TreeNode, context: BodyContext, word: string): Compiled {
  if (context.loopDepth === 0) fail(tree, `${word} statement must be in a loop`);
  return { code: `${at(tree)} ${word};`, completes: false };
}
