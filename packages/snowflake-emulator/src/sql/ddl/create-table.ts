import type { CatalogColumn, CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import { visibleRows } from '../../catalog/transaction-log.ts';
import type { ExecuteRequest, StatementResult } from '../../engine/contract.ts';
import type { QueryPlan } from '../typed/typed.ts';
import { EMPTY_SCOPE, type Compiler } from '../typed/typed.ts';
import { storageType, textType, type SqlType } from '../sql-type.ts';
import type { ColumnDef, Constraint, CreateTable } from '../syntax/statement.ts';
import { compilationError, existingObject, missingObject, unsupported } from '../unsupported.ts';
import { compilerFor } from '../query/compile-request.ts';
import { coercedSelect } from '../dml/insert.ts';
import { done } from './done.ts';
import { findObject, lookUp, temporaryKey } from '../session/find-object.ts';
import { insertRows } from '../dml/insert-rows.ts';
import type { Session } from '../session/session.ts';
import { runSql } from '../session/engine-state.ts';

export async function runCreateTable(
  statement: CreateTable,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<StatementResult> {
  const existing = lookUp(session, statement.name);
  const { name } = session.resolveName(statement.name);
  if (existing !== undefined && !replaces(statement, existing)) {
    if (statement.flags.ifNotExists) return done(`${name} already exists, statement succeeded.`);
    throw existingObject(displayName(...statement.name));
  }
  if (request.describeOnly === true) return done();
  await session.transaction.commit();
  if (statement.clone !== undefined) await cloneTable(statement, session, request, signal);
  else await createTable(statement, session, request, signal);
  return done(`Table ${name} successfully created.`);
}

/** A temporary table may take the name of a permanent one, and hides it. */
function replaces(statement: CreateTable, existing: CatalogTable | CatalogView): boolean {
  if (statement.flags.orReplace) return true;
  return statement.flags.temporary && !(existing.kind === 'table' && existing.temporary);
}

async function createTable(
  statement: CreateTable,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<void> {
  const compiler = await compilerFor(statement.as, session, request);
  const plan = statement.as === undefined ? undefined : compiler.query(statement.as, EMPTY_SCOPE);
  const definitions =
    statement.like === undefined
      ? withQueryTypes(statement.columns, plan)
      : likeColumns(tableToCopy(statement.like, session));
  const table = newTable(statement, session);
  for (const definition of definitions) await addColumn(table, definition, session);
  table.constraints = constraintsOf(statement, definitions, session);
  checkNames(table);
  checkHybrid(table);
  await createPhysical(table, session, signal);
  if (plan !== undefined) await fillFrom(plan, { table, session, compiler, signal });
  register(table, statement, session);
}

/** CTAS: columns without a type take the query's; without a list, its names too. */
function withQueryTypes(
  columns: readonly ColumnDef[],
  plan: QueryPlan | undefined,
): readonly ColumnDef[] {
  if (plan === undefined) return columns;
  if (columns.length > 0 && columns.length !== plan.columns.length) {
    throw compilationError(
      'the column list and the query of CREATE TABLE AS differ in length',
      '002026',
      '42601',
    );
  }
  return plan.columns.map((column, i) => ({
    name: column.name,
    notNull: false,
    constraints: [],
    ...columns[i],
    type: columns[i]?.type ?? (column.type.name === 'NULL' ? textType() : column.type),
  }));
}

/** LIKE takes a table's columns, also from a database that was imported. */
function tableToCopy(name: readonly string[], session: Session): CatalogTable {
  const source = findObject(session, name);
  if (source.kind !== 'table') throw missingObject('Table', displayName(...name));
  return source;
}

function likeColumns(source: CatalogTable): ColumnDef[] {
  return source.columns.map(({ name, type, nullable, defaultText, defaultValue, comment }) => ({
    name,
    type,
    notNull: !nullable,
    constraints: [],
    ...(defaultText === undefined ? {} : { defaultText }),
    ...(defaultValue === undefined ? {} : { defaultValue }),
    ...(comment === undefined ? {} : { comment }),
  }));
}

export function newTable(statement: CreateTable, session: Session): CatalogTable {
  const { catalog } = session.shared;
  const name = session.resolveName(statement.name);
  catalog.ownSchema(name.database, name.schema);
  const nowNs = session.now();
  const { retentionDays, changeTracking, comment, clusterBy } = statement.options;
  const { variant, dynamic } = statement;
  const table: CatalogTable = {
    kind: 'table',
    ...(variant === undefined ? {} : { variant }),
    ...(dynamic === undefined
      ? {}
      : { dynamic: { ...dynamic, state: 'ACTIVE', refreshedNs: nowNs } }),
    ...name,
    owner: session.role ?? 'ACCOUNTADMIN',
    createdNs: nowNs,
    alteredNs: nowNs,
    physical: catalog.physicalName('t'),
    columns: [],
    constraints: [],
    temporary: statement.flags.temporary,
    transient: statement.flags.transient,
    changeTracking: changeTracking ?? false,
    trackedNs: nowNs,
    nextColumn: 1,
  };
  if (retentionDays !== undefined) table.retentionDays = retentionDays;
  if (comment !== undefined) table.comment = comment;
  if (clusterBy !== undefined) table.clusterBy = clusterBy;
  return table;
}

/** Adds a column to the catalog's table; DuckDB's table is made or altered apart. */
export async function addColumn(
  table: CatalogTable,
  definition: ColumnDef,
  session: Session,
): Promise<CatalogColumn> {
  const { name, type, notNull, defaultText, defaultValue, comment, identity } = definition;
  if (type === undefined) throw compilationError(`column '${name}' has no type`);
  const column: CatalogColumn = {
    name,
    type,
    nullable: !notNull,
    physical: `c${table.nextColumn}`,
  };
  table.nextColumn += 1;
  if (defaultText !== undefined) column.defaultText = defaultText;
  if (defaultValue !== undefined) column.defaultValue = defaultValue;
  if (comment !== undefined) column.comment = comment;
  if (identity !== undefined) {
    const sequence = session.shared.catalog.physicalName('s');
    await session.connection.run(
      `CREATE SEQUENCE ${sequence} START ${identity.start} INCREMENT ${identity.step}`,
    );
    column.identity = { ...identity, sequence };
  }
  table.columns.push(column);
  return column;
}

/** https://docs.snowflake.com/en/sql-reference/sql/create-hybrid-table: a primary key is required. */
function checkHybrid(table: CatalogTable): void {
  if (table.variant !== 'hybrid') return;
  if (table.constraints.some((constraint) => constraint.type === 'PRIMARY KEY')) return;
  throw compilationError('Hybrid tables require a primary key constraint.');
}

function checkNames(table: CatalogTable): void {
  const names = table.columns.map((column) => column.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw compilationError(`duplicate column name '${twice}'`, '002025', '42S21');
}

function constraintsOf(
  statement: CreateTable,
  definitions: readonly ColumnDef[],
  session: Session,
): Constraint[] {
  if (statement.like !== undefined) return [...tableToCopy(statement.like, session).constraints];
  return [...definitions.flatMap((definition) => definition.constraints), ...statement.constraints];
}

export function columnSql(physical: string, type: SqlType): string {
  return `"${physical}" ${storageType(type)}`;
}

export async function createPhysical(
  table: CatalogTable,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  for (const constraint of table.constraints.filter((each) => each.type === 'PRIMARY KEY')) {
    for (const column of table.columns)
      if (constraint.columns.includes(column.name)) column.nullable = false;
  }
  const columns = table.columns.map((column) => columnSql(column.physical, column.type));
  await runSql(
    session.connection,
    `CREATE TABLE ${table.physical} (${columns.join(', ')}, vf BIGINT, vt BIGINT, rid BIGINT)`,
    signal,
  );
}

interface Fill {
  readonly table: CatalogTable;
  readonly session: Session;
  readonly compiler: Compiler;
  readonly signal: AbortSignal;
}

async function fillFrom(
  plan: QueryPlan,
  { table, session, compiler, signal }: Fill,
): Promise<void> {
  const columns = table.columns.map((column) => column.name);
  const select = coercedSelect(plan, { table, columns, compiler });
  try {
    await session.transaction.write(table, signal, (write) =>
      insertRows({ session, table, columns, select, write, signal }),
    );
  } catch (error) {
    await session.connection.run(`DROP TABLE ${table.physical}`);
    throw error;
  }
}

/** Puts the table in its place; the one it replaces is dropped, and UNDROP finds it. */
export function register(table: CatalogTable, statement: CreateTable, session: Session): void {
  const { catalog } = session.shared;
  if (table.temporary) {
    session.temporary.set(temporaryKey(table.database, table.schema, table.name), table);
    return;
  }
  const existing = catalog.find(table);
  if (existing !== undefined && statement.flags.orReplace) catalog.drop(existing, session.now());
  catalog.add(table);
}

/** CLONE copies the rows of a moment; the clone's own past begins now. */
async function cloneTable(
  statement: CreateTable,
  session: Session,
  request: ExecuteRequest,
  signal: AbortSignal,
): Promise<void> {
  const { clone } = statement;
  if (clone === undefined) return;
  const compiler = await compilerFor(clone, session, request);
  const source = tableToCopy(clone.source, session);
  if (source.variant !== undefined) throw unsupported(`CLONE of a ${source.variant} table`);
  if (source.imported === true)
    throw unsupported('CLONE of a table that was imported from a share');
  const snapshot = compiler.env.snapshot(clone.travel);
  if (clone.travel !== undefined) compiler.env.checkTravel(source, clone.travel);
  const table = newTable(statement, session);
  table.columns = source.columns.map((column) => ({ ...column }));
  table.nextColumn = source.nextColumn;
  table.constraints = [...source.constraints];
  table.changeTracking = source.changeTracking;
  if (source.clusterBy !== undefined) table.clusterBy = source.clusterBy;
  if (source.retentionDays !== undefined) table.retentionDays = source.retentionDays;
  await createPhysical(table, session, signal);
  const list = source.columns.map((column) => `"${column.physical}"`).join(', ');
  const select = `SELECT ${list} FROM ${source.physical} WHERE ${visibleRows(snapshot)}`;
  const columns = table.columns.map((column) => column.name);
  await session.transaction.write(table, signal, (write) =>
    insertRows({ session, table, columns, select, write, signal }),
  );
  register(table, statement, session);
}
