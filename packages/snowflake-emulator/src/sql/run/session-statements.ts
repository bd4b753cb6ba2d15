import { SqlError, type ExecuteRequest, type StatementResult } from '../../engine/contract.ts';
import { createCompiler } from '../compile/compile-query.ts';
import { EMPTY_SCOPE } from '../typed/typed.ts';
import { dmlStats } from '../statement-handler.ts';
import type { Statement } from '../syntax/statement.ts';
import type { Expr } from '../syntax/tree.ts';
import { unsupported } from '../unsupported.ts';
import { closeRows } from '../dml/close-rows.ts';
import { createEnvironment } from '../query/create-environment.ts';
import { done } from '../ddl/done.ts';
import { findOwnObject, findTable, findWritable, lookUp } from '../session/find-object.ts';
import { columnNamed } from '../dml/insert-rows.ts';
import {
  checkAccountParameter,
  checkParameter,
  DEFAULT_PARAMETERS,
  type ParameterValue,
} from '../session/parameters.ts';
import type { Session } from '../session/session.ts';
import { setVariables } from './set-variables.ts';

type Kind =
  | 'alterAccount'
  | 'setVariables'
  | 'unsetVariables'
  | 'truncate'
  | 'use'
  | 'alterSession'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'comment';
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
    case 'alterAccount':
      return alterAccount(statement, session, request);
    case 'setVariables':
      await setVariables(statement, session, request);
      return done();
    case 'unsetVariables':
      for (const name of statement.names) session.variables.delete(name);
      return done();
    case 'comment':
      return comment(statement, session);
    case 'begin':
      session.transaction.begin();
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
  const count = await session.transaction.write(table, signal, (write) =>
    closeRows(session, table, write, signal),
  );
  return { ...done(), stats: dmlStats({ numRowsDeleted: count }) };
}

function use(statement: Extract<Statement, { kind: 'use' }>, session: Session): StatementResult {
  const { catalog } = session.shared;
  const name = statement.name.at(-1) ?? '';
  switch (statement.objectType) {
    case 'DATABASE':
      if (!catalog.databases.has(name)) throw notUsable();
      session.database = catalog.database(name).name;
      session.schema = catalog.database(name).schemas.has('PUBLIC') ? 'PUBLIC' : undefined;
      break;
    case 'SCHEMA': {
      const database =
        statement.name.length > 1
          ? (statement.name[0] ?? '')
          : session.resolveName(['x', 'x']).database;
      if (catalog.databases.get(database)?.schemas.has(name) !== true) throw notUsable();
      session.schema = catalog.schema(database, name).name;
      session.database = database;
      break;
    }
    case 'WAREHOUSE':
      if (!catalog.warehouses.has(name)) throw notUsable();
      session.warehouse = name;
      break;
    case 'ROLE':
      if (!catalog.roles.has(name)) throw notUsable();
      session.role = name;
      break;
    case 'SECONDARY ROLES':
  }
  return done();
}

/** 002043 (02000): what USE answers whatever is missing, as the drivers' tests expect it. */
function notUsable(): SqlError {
  return new SqlError(
    '002043',
    '02000',
    'SQL compilation error:\nObject does not exist, or operation cannot be performed.',
  );
}

function alterSession(
  statement: Extract<Statement, { kind: 'alterSession' | 'alterAccount' }>,
  session: Session,
  request: ExecuteRequest,
): StatementResult {
  const values = [...statement.set].map(
    ([name, expr]) => [name, checkParameter(name, constant(expr, session, request))] as const,
  );
  for (const name of statement.unset) checkParameter(name, DEFAULT_PARAMETERS[name]?.value ?? '');
  for (const [name, value] of values) session.parameters.set(name, value);
  for (const name of statement.unset) session.parameters.delete(name);
  return done();
}

function alterAccount(
  statement: Extract<Statement, { kind: 'alterSession' | 'alterAccount' }>,
  session: Session,
  request: ExecuteRequest,
): StatementResult {
  const { accountParameters } = session.shared;
  const values = [...statement.set].map(
    ([name, expr]) =>
      [name, checkAccountParameter(name, constant(expr, session, request))] as const,
  );
  for (const [name, value] of values) accountParameters.set(name, value);
  for (const name of statement.unset) accountParameters.delete(name);
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
