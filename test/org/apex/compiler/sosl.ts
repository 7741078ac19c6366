import { type SoslLiteralContext } from '@apexdevtools/apex-parser';
import { listOf, types } from '../types.ts';
import { type BodyContext } from './context.ts';
import { compileExpression } from './expressions/expression.ts';
import { boundExpressions } from './soql.ts';
import { type Typed } from './typed.ts';

/** `[FIND :text IN ALL FIELDS RETURNING Account(Id)]`: the search as text, its binds written into it when it runs. */
export function compileSosl(tree: SoslLiteralContext, context: BodyContext): Typed {
  const pieces: string[] = [];
  const values: string[] = [];
  const source = tree.start.getInputStream();
  let from = tree.start.start + 1;
  for (const bind of boundExpressions(tree)) {
    pieces.push(source.getText(from, bind.start.start - 1));
    values.push(compileExpression(bind.expression(), context).code);
    from = (bind.stop?.stop ?? from) + 1;
  }
  pieces.push(source.getText(from, (tree.stop?.stop ?? from) - 1));
  const { pool } = context.unit;
  const search = pool.constant('$.method("System.Search::query(String)")');
  const code = `${search}($.searchText(${pool.constant(JSON.stringify(pieces))}, [${values.join(', ')}]))`;
  return { type: listOf(listOf(types.SObject)), code, isNonNull: true };
}
