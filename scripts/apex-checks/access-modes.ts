import {
  DeleteStatementContext,
  DotExpressionContext,
  InsertStatementContext,
  MergeStatementContext,
  SoqlLiteralContext,
  UndeleteStatementContext,
  UpdateStatementContext,
  UpsertStatementContext,
  type WithClauseContext,
} from '@apexdevtools/apex-parser';
import { type ApexFile, type Finding, lineOf, nodesOf, type Tree } from './apex-source.ts';

const STATEMENTS = [
  InsertStatementContext,
  UpdateStatementContext,
  UpsertStatementContext,
  DeleteStatementContext,
  UndeleteStatementContext,
  MergeStatementContext,
];
const DATABASE_METHODS =
  /^(insert|update|upsert|delete|undelete|merge|insertimmediate|query|querywithbinds|countquery|countquerywithbinds|getquerylocator|getquerylocatorwithbinds|getcursor|getcursorwithbinds)$/i;

/** Every query and every DML says in whose rights it runs: the defaults change between API versions. */
export function checkAccessModes(file: ApexFile): Finding[] {
  return [...checkQueries(file.tree), ...checkStatements(file.tree), ...checkDatabaseCalls(file.tree)];
}

function checkQueries(tree: Tree): Finding[] {
  return nodesOf(tree, SoqlLiteralContext).flatMap((literal) => {
    const clause = literal.query().withClause() as WithClauseContext | null;
    const text = clause?.getText().toUpperCase() ?? '';
    return text === 'WITHUSER_MODE' || text === 'WITHSYSTEM_MODE'
      ? []
      : [{ line: lineOf(literal), message: 'the query says neither WITH USER_MODE nor WITH SYSTEM_MODE' }];
  });
}

function checkStatements(tree: Tree): Finding[] {
  return STATEMENTS.flatMap((kind) => nodesOf<{ accessLevel(): unknown }>(tree, kind))
    .filter((statement) => statement.accessLevel() === null)
    .map((statement) => {
      const verb = /^[a-z]+?(?=new|\[|[A-Z(]|$)/.exec(statement.getText())?.[0] ?? 'DML';
      return { line: lineOf(statement), message: `${verb}: says neither as user nor as system` };
    });
}

function checkDatabaseCalls(tree: Tree): Finding[] {
  return nodesOf(tree, DotExpressionContext).flatMap((call) => {
    const method = call.dotMethodCall() as ReturnType<DotExpressionContext['dotMethodCall']> | null;
    if (method === null || !/^(system\.)?database$/i.test(call.expression().getText())) return [];
    const name = method.anyId().getText();
    if (!DATABASE_METHODS.test(name) || /AccessLevel\./i.test(method.getText())) return [];
    return [{ line: lineOf(call), message: `Database.${name} says neither USER_MODE nor SYSTEM_MODE` }];
  });
}
