import {
  IdPrimaryContext,
  type LiteralContext,
  LiteralPrimaryContext,
  type PrimaryExpressionContext,
  SoqlPrimaryContext,
  SoslPrimaryContext,
  SuperPrimaryContext,
  ThisPrimaryContext,
  TypeRefPrimaryContext,
  VoidPrimaryContext,
} from '@apexdevtools/apex-parser';
import { classOf, types } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { stringValue } from '../literals.ts';
import { optional } from '../parse.ts';
import { compileSoql } from '../soql.ts';
import { compileSosl } from '../sosl.ts';
import { type Typed } from '../typed.ts';
import { resolveName, valueOf } from './references.ts';

/** Literals, names, `this`, inline queries and `Type.class`. */
export function compilePrimary(tree: PrimaryExpressionContext, context: BodyContext): Typed {
  const primary = tree.primary();
  if (primary instanceof LiteralPrimaryContext) return compileLiteral(primary.literal(), context);
  if (primary instanceof IdPrimaryContext)
    return valueOf(resolveName(primary.id().getText(), context, primary), primary);
  if (primary instanceof ThisPrimaryContext) return compileThis(context, primary);
  if (primary instanceof SoqlPrimaryContext) return compileSoql(primary.soqlLiteral().query(), context);
  if (primary instanceof TypeRefPrimaryContext) {
    const type = context.unit.world.typeOf(primary.typeRef(), context.owner);
    return { type: classOf('System.Type'), code: `$.typeToken(${context.unit.pool.type(type)})`, isNonNull: true };
  }
  if (primary instanceof SoslPrimaryContext) return compileSosl(primary.soslLiteral(), context);
  if (primary instanceof SuperPrimaryContext) return fail(primary, 'super may only be used to call a method');
  if (primary instanceof VoidPrimaryContext) return fail(primary, 'void.class is not supported by the local org');
  return fail(primary, `Unexpected expression: ${primary.getText()}`);
}

function compileThis(context: BodyContext, tree: ThisPrimaryContext): Typed {
  if (context.isStatic) fail(tree, 'this cannot be referenced in a static context');
  return { type: classOf(context.owner.name), code: 'this', isNonNull: true };
}

function compileLiteral(tree: LiteralContext, context: BodyContext): Typed {
  const text = tree.getText();
  if (optional(tree.NULL())) return { type: types.null, code: 'null' };
  if (optional(tree.BooleanLiteral())) return { type: types.Boolean, code: text.toLowerCase(), isNonNull: true };
  if (optional(tree.IntegerLiteral())) return integerLiteral(text, tree);
  if (optional(tree.LongLiteral())) return { type: types.Long, code: `${BigInt(text.slice(0, -1))}n`, isNonNull: true };
  if (optional(tree.NumberLiteral())) return numberLiteral(text, context);
  return { type: types.String, code: JSON.stringify(stringValue(text)), isNonNull: true };
}

const GREATEST_INTEGER = 2147483647;

function integerLiteral(text: string, tree: LiteralContext): Typed {
  const value = Number(text);
  // 2147483648 is an Integer only behind a minus, where the wrap gives the right value.
  if (value > GREATEST_INTEGER + 1) fail(tree, `Illegal integer: ${text}`);
  return { type: types.Integer, code: String(value | 0), literal: value | 0, isNonNull: true };
}

/** `1.5` is a Decimal, `1.5d` a Double. */
function numberLiteral(text: string, context: BodyContext): Typed {
  const isDouble = /d$/i.test(text);
  const digits = isDouble ? text.slice(0, -1) : text;
  const code = isDouble ? `$.doubleOf(${Number(digits)})` : `$.decimalOf(${JSON.stringify(digits)})`;
  return { type: isDouble ? types.Double : types.Decimal, code: context.unit.pool.constant(code), isNonNull: true };
}
