import { displayName } from '../../catalog/catalog.ts';
import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import { createCompiler } from '../compile/compile-query.ts';
import { EMPTY_SCOPE } from '../compile/typed.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Expr } from '../syntax/tree.ts';
import { missingObject, unsupported } from '../unsupported.ts';
import { closeRows } from './close-rows.ts';
import { createEnvironment } from './create-environment.ts';
import { done } from './done.ts';
import { findOwnObject, findTable, findWritable, lookUp } from './find-object.ts';
import { columnNamed } from './insert-rows.ts';
import { checkParameter, type ParameterValue } from './parameters.ts';
import type { Session } from './session.ts';

type Kind = 'truncate' | 'use' | 'alterSession' | 'begin' | 'commit' | 'rollback' | 'comment';
type SessionStatement = Extract<Statement, { kind: Kind }>;

export async function runSessionStatement(
  statement: SessionStatement,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  switch (statement.kind) {
    case 'truncate':
      return truncate(statement, session, signal);
    case 'use':
      return use(statement, session);
    case 'alterSession':
      return alterSession(statement, session, request);
    case 'comment':
      return comment(statement, session);
    case 'begin':
      await session.transaction.begin();
      return done();
    case 'commit':
      await session.transaction.commit();
      return done();
    case 'rollback':
      await session.transaction.rollback();
      return done();
  }
}

async function truncate(
  statement: Extract<Statement, { kind: 'truncate' }>,
  session: Session,
  signal: AbortSignal,
): Promise<StatementResult> {
  if (statement.ifExists && lookUp(session, statement.name) === undefined) return done();
  const table = findWritable(session, statement.name);
  await session.transaction.write(table, signal, (write) =>
    closeRows(session, table, write, signal),
  );
  return done();
}

function use(statement: Extract<Statement, { kind: 'use' }>, session: Session): StatementResult {
  const { catalog } = session.shared;
  const name = statement.name.at(-1) ?? '';
  switch (statement.objectType) {
    case 'DATABASE':
      session.database = catalog.database(name).name;
      session.schema = catalog.database(name).schemas.has('PUBLIC') ? 'PUBLIC' : undefined;
      break;
    case 'SCHEMA': {
      const database =
        statement.name.length > 1
          ? (statement.name[0] ?? '')
          : session.resolveName(['x', 'x']).database;
      session.schema = catalog.schema(database, name).name;
      session.database = database;
      break;
    }
    case 'WAREHOUSE':
      if (!catalog.warehouses.has(name)) throw missingObject('Object', displayName(name));
      session.warehouse = name;
      break;
    case 'ROLE':
      if (!catalog.roles.has(name)) throw missingObject('Role', displayName(name));
      session.role = name;
      break;
    case 'SECONDARY ROLES':
  }
  return done();
}

function alterSession(
  statement: Extract<Statement, { kind: 'alterSession' }>,
  session: Session,
  request: ExecuteRequest,
): StatementResult {
  const values = [...statement.set].map(
    ([name, expr]) => [name, checkParameter(name, constant(expr, session, request))] as const,
  );
  for (const [name, value] of values) session.parameters.set(name, value);
  for (const name of statement.unset) session.parameters.delete(name);
  return done();
}

function constant(expr: Expr, session: Session, request: ExecuteRequest): ParameterValue {
  if (expr.kind === 'boolean') return expr.value;
  if (expr.kind === 'column') return expr.parts.join('.');
  const env = createEnvironment(session, request, { snapshots: new Map(), calls: new Map() });
  const { literal, type } = createCompiler(env).expression(expr, EMPTY_SCOPE);
  if (literal === undefined) throw unsupported('a parameter value that is no constant');
  return type.name === 'NUMBER' ? Number(literal) : literal;
}

function comment(
  statement: Extract<Statement, { kind: 'comment' }>,
  session: Session,
): StatementResult {
  const { objectType, name, text, column } = statement;
  const { catalog } = session.shared;
  switch (objectType) {
    case 'TABLE':
    case 'VIEW':
      if (statement.ifExists && lookUp(session, name) === undefined) return done();
      findOwnObject(session, name).comment = text;
      return done();
    case 'COLUMN':
      columnNamed(findTable(session, name), column ?? '').comment = text;
      return done();
    case 'DATABASE':
      catalog.ownDatabase(name.at(-1) ?? '').comment = text;
      return done();
    case 'SCHEMA':
      catalog.ownSchema(
        name.length > 1 ? (name[0] ?? '') : session.resolveName(['x', 'x']).database,
        name.at(-1) ?? '',
      ).comment = text;
      return done();
    default:
      throw unsupported(`COMMENT ON ${objectType}`);
  }
}
