import {
  AssignExpressionContext,
  DotExpressionContext,
  type ExpressionContext,
  MethodCallExpressionContext,
  NewExpressionContext,
  PostOpExpressionContext,
  PreOpExpressionContext,
  SubExpressionContext,
} from '@apexdevtools/apex-parser';
import { optional } from '../parse.ts';

/** Whether an expression does something: a call, an assignment, a step, a construction. */
export function isStatementExpression(tree: ExpressionContext): boolean {
  if (tree instanceof SubExpressionContext) return isStatementExpression(tree.expression());
  if (tree instanceof DotExpressionContext) return optional(tree.dotMethodCall()) !== null;
  if (tree instanceof PreOpExpressionContext) return optional(tree.INC()) !== null || optional(tree.DEC()) !== null;
  return [AssignExpressionContext, MethodCallExpressionContext, NewExpressionContext, PostOpExpressionContext].some(
    (kind) => tree instanceof kind,
  );
}
