import {
  type SwitchStatementContext,
  type WhenControlContext,
  type WhenLiteralContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, types, typeName } from '../../types.ts';
import { type BodyContext, declareVariable, nested, temporary } from '../context.ts';
import { fail } from '../errors.ts';
import { compileExpression } from '../expressions/expression.ts';
import { enumConstant } from '../expressions/references.ts';
import { stringValue } from '../literals.ts';
import { optional } from '../parse.ts';
import { isType } from '../typed.ts';
import { at, compileBlock, type Compiled } from './statement.ts';

type Subject = { readonly type: ApexType; readonly code: string };
type Arm = { readonly condition: string | null; readonly body: Compiled };

/** `switch on value { when … }`; text is compared with its case, records by their type. */
export function compileSwitch(tree: SwitchStatementContext, context: BodyContext): Compiled {
  const value = compileExpression(tree.expression(), context);
  if (!isSwitchable(value.type, context)) fail(tree, `Illegal switch expression type: ${typeName(value.type)}`);
  const kept = temporary(context);
  const subject: Subject = { type: value.type, code: kept };
  const arms = tree.whenControl_list().map((arm) => compileArm(arm, subject, context));
  const chain = arms.map(({ condition, body }) => (condition === null ? body.code : `if (${condition}) ${body.code}`));
  const isTotal = arms.some(({ condition }) => condition === null);
  return {
    code: `${at(tree)} ${kept} = ${value.code};\n${chain.join(' else ')}`,
    completes: !isTotal || arms.some(({ body }) => body.completes),
  };
}

function isSwitchable(type: ApexType, { unit: { world } }: BodyContext): boolean {
  if (isType(type, types.Integer, types.Long, types.String) || type.kind === 'sobject') return true;
  return world.classOfType(type)?.kind === 'enum' || world.platformOfType(type)?.kind === 'enum';
}

function compileArm(tree: WhenControlContext, subject: Subject, context: BodyContext): Arm {
  const when = tree.whenValue();
  if (optional(when.ELSE())) return { condition: null, body: compileBlock(tree.block(), context) };
  const typeTree = optional(when.typeRef());
  if (typeTree) {
    const { world, pool } = context.unit;
    const type = world.typeOf(typeTree, context.owner);
    const inner = nested(context);
    const variable = declareVariable(inner, when, { name: when.id().getText(), type });
    const body = compileBlock(tree.block(), inner);
    const code = `{\nlet ${variable.code} = ${subject.code};\n${body.code}\n}`;
    return { condition: `$.isInstance(${subject.code}, ${pool.type(type)})`, body: { ...body, code } };
  }
  const tests = when
    .whenLiteral_list()
    .map((literal) => `${subject.code} === ${literalCode(literal, subject, context)}`);
  return { condition: tests.join(' || '), body: compileBlock(tree.block(), context) };
}

function literalCode(tree: WhenLiteralContext, subject: Subject, context: BodyContext): string {
  const inner = optional(tree.whenLiteral());
  if (inner) return literalCode(inner, subject, context);
  if (optional(tree.NULL())) return 'null';
  const name = optional(tree.qualifiedName());
  if (name) return constantCode(name.getText(), tree, subject, context);
  const text = tree.getText();
  if (optional(tree.StringLiteral()) ?? optional(tree.MultilineStringLiteral()))
    return JSON.stringify(stringValue(text));
  const digits = text.replace(/^(?:\+|--)+/, '').replace(/l$/i, '');
  return isType(subject.type, types.Long) ? `${digits}n` : `(${digits})`;
}

function constantCode(written: string, tree: WhenLiteralContext, subject: Subject, context: BodyContext): string {
  const { world } = context.unit;
  const constants = world.classOfType(subject.type)?.constants ?? world.platformOfType(subject.type)?.constants ?? [];
  const name = written.slice(written.lastIndexOf('.') + 1).toLowerCase();
  const found = constants.find((each) => each.toLowerCase() === name);
  if (found === undefined) return fail(tree, `Enum value does not exist: ${written}`);
  return enumConstant(typeName(subject.type), found, context).code;
}
