import { type CatchClauseContext, type TryStatementContext } from '@apexdevtools/apex-parser';
import { type ApexType, classOf, typeName } from '../../types.ts';
import { type BodyContext, declareVariable, nested } from '../context.ts';
import { fail } from '../errors.ts';
import { classCode } from '../expressions/references.ts';
import { optional } from '../parse.ts';
import { writtenName } from '../world.ts';
import { compileBlock, type Compiled } from './statement.ts';

/** `try … catch … finally`; what Apex cannot catch passes through every catch clause. */
export function compileTry(tree: TryStatementContext, context: BodyContext): Compiled {
  const body = compileBlock(tree.block(), context);
  const clauses = tree.catchClause_list().map((clause) => compileClause(clause, context));
  const finallyTree = optional(tree.finallyBlock());
  const last = finallyTree ? compileBlock(finallyTree.block(), context) : null;
  const isReached = body.completes || clauses.some(({ completes }) => completes);
  return {
    code: [
      `try ${body.code}`,
      ...(clauses.length > 0
        ? [
            ` catch (problem) {\nconst caught = $.caught(problem);\n${clauses.map(({ code }) => code).join(' else ')} else throw caught;\n}`,
          ]
        : []),
      ...(last ? [` finally ${last.code}`] : []),
    ].join(''),
    completes: isReached && (last?.completes ?? true),
  };
}

function compileClause(tree: CatchClauseContext, context: BodyContext): Compiled {
  const written = tree.qualifiedName().getText();
  const { world } = context.unit;
  const type = world.findType(writtenName(...written.split('.')), context.owner);
  if (!type) return fail(tree, `Invalid type: ${written}`);
  if (!world.assignable(type, classOf('System.Exception')))
    fail(tree, `Catch type must be an exception: ${typeName(type)}`);
  const inner = nested(context);
  const variable = declareVariable(inner, tree, { name: tree.id().getText(), type });
  const body = compileBlock(tree.block(), inner);
  return {
    code: `if (${test(type, context)}) {\nlet ${variable.code} = caught;\n${body.code}\n}`,
    completes: body.completes,
  };
}

function test(type: ApexType, { unit: { world, pool } }: BodyContext): string {
  const model = world.classOfType(type);
  if (model) return `caught instanceof ${classCode(model.name)}`;
  return typeName(type) === 'System.Exception' ? 'true' : `$.isInstance(caught, ${pool.type(type)})`;
}
