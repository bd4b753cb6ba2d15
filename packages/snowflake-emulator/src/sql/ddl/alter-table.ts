import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import type { StatementResult } from '../../engine/contract.ts';
import { typeText, type SqlType } from '../sql-type.ts';
import type { AlterAction, Statement, TableOptions } from '../syntax/statement.ts';
import { compilationError, existingObject, missingObject } from '../unsupported.ts';
import { addColumn, columnSql } from './create-table.ts';
import { done } from './done.ts';
import { readValue, runSql } from '../session/engine-state.ts';
import { findTable, lookUp, temporaryKey } from '../session/find-object.ts';
import { columnNamed, defaultOf } from '../dml/insert-rows.ts';
import type { Session } from '../session/session.ts';

export async function runAlterTable(
  statement: Extract<Statement, { kind: 'alterTable' }>,
  session: Session,
  signal: AbortSignal,
): Promise<StatementResult> {
  if (lookUp(session, statement.name)?.kind !== 'table') {
    if (statement.ifExists) return done();
    throw missingObject('Table', displayName(...statement.name));
  }
  const table = findTable(session, statement.name);
  await session.transaction.commit();
  await session.shared.locks.acquire(table.physical, session, signal);
  try {
    for (const action of statement.actions) await alter(action, table, session, signal);
  } finally {
    session.shared.locks.release(session);
  }
  table.alteredNs = session.now();
  return done();
}

async function alter(
  action: AlterAction,
  table: CatalogTable,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  switch (action.kind) {
    case 'addColumn':
      return addTo(action, table, session, signal);
    case 'dropColumn':
      return dropColumn(action, table);
    case 'renameColumn':
      return renameColumn(action, table);
    case 'setType':
      return setType(table, action.name, action.type, { session, signal });
    case 'setNotNull':
      return setNotNull(action, table, session);
    case 'rename':
      return rename(table, session, action.to);
    case 'swap':
      return swap(table, session, action.with);
    case 'options':
      return setOptions(table, action.options, session);
    default:
      return alterFacts(action, table);
  }
}

type Facts = Extract<
  AlterAction,
  { kind: 'dropDefault' | 'columnComment' | 'addConstraint' | 'dropConstraint' | 'dropClusterBy' }
>;

/** DROP PRIMARY KEY names no columns. */
function isOver(columns: readonly string[], wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || [...columns].sort().join() === [...wanted].sort().join();
}

/** What only the catalog knows. */
function alterFacts(action: Facts, table: CatalogTable): void {
  switch (action.kind) {
    case 'dropDefault': {
      const column = columnNamed(table, action.name);
      delete column.defaultText;
      delete column.defaultValue;
      return;
    }
    case 'columnComment':
      columnNamed(table, action.name).comment = action.text;
      return;
    case 'addConstraint':
      table.constraints.push(action.constraint);
      return;
    case 'dropConstraint':
      table.constraints = table.constraints.filter((each) =>
        action.name === undefined
          ? each.type !== action.type || !isOver(each.columns, action.columns)
          : each.name !== action.name,
      );
      return;
    case 'dropClusterBy':
      delete table.clusterBy;
  }
}

/** Rows that are there get the column's default, in the past as well. */
async function addTo(
  action: Extract<AlterAction, { kind: 'addColumn' }>,
  table: CatalogTable,
  session: Session,
  signal: AbortSignal,
): Promise<void> {
  const { column: definition, ifNotExists } = action;
  if (table.columns.some((column) => column.name === definition.name)) {
    if (ifNotExists) return;
    throw compilationError(`column '${definition.name}' already exists`, '001430', '42601');
  }
  const column = await addColumn(table, definition, session);
  await runSql(
    session.connection,
    `ALTER TABLE ${table.physical} ADD COLUMN ${columnSql(column.physical, column.type)}`,
    signal,
  );
  if (column.defaultValue === undefined && column.identity === undefined) return;
  await runSql(
    session.connection,
    `UPDATE ${table.physical} SET "${column.physical}" = ${defaultOf(column, session)}`,
    signal,
  );
}

function dropColumn(
  action: Extract<AlterAction, { kind: 'dropColumn' }>,
  table: CatalogTable,
): void {
  const exists = table.columns.some((column) => column.name === action.name);
  if (!exists && action.ifExists) return;
  const column = columnNamed(table, action.name);
  table.columns = table.columns.filter((each) => each !== column);
  table.constraints = table.constraints.filter((each) => !each.columns.includes(action.name));
}

function renameColumn({ from, to }: { from: string; to: string }, table: CatalogTable): void {
  const column = columnNamed(table, from);
  if (table.columns.some((each) => each.name === to))
    throw compilationError(`column '${to}' already exists`, '001430', '42601');
  column.name = to;
  table.constraints = table.constraints.map((constraint) => ({
    ...constraint,
    columns: constraint.columns.map((name) => (name === from ? to : name)),
  }));
}

/** https://docs.snowflake.com/en/sql-reference/sql/alter-table-column: a text may grow or shrink, a number's precision too. */
async function setType(
  table: CatalogTable,
  name: string,
  type: SqlType,
  { session, signal }: { session: Session; signal: AbortSignal },
): Promise<void> {
  const column = columnNamed(table, name);
  const isSame =
    column.type.name === type.name &&
    (type.name === 'VARCHAR' || (type.name === 'NUMBER' && type.scale === column.type.scale));
  if (!isSame) {
    throw compilationError(
      `cannot change column ${name} from type ${typeText(column.type)} to ${typeText(type)}`,
      '002108',
      '22000',
    );
  }
  if (type.name === 'VARCHAR') {
    const longest = await readValue(
      session.connection,
      `SELECT max(length("${column.physical}")) FROM ${table.physical}`,
    );
    if (Number(longest ?? 0) > (type.length ?? 0))
      throw compilationError(
        `cannot change column ${name} to ${typeText(type)}: values are longer`,
        '002108',
        '22000',
      );
  } else {
    const { physical } = column;
    const sql = `ALTER TABLE ${table.physical} ALTER COLUMN "${physical}" SET DATA TYPE DECIMAL(${type.precision},${type.scale})`;
    await runSql(session.connection, sql, signal);
  }
  column.type = type;
}

async function setNotNull(
  { name, notNull }: { name: string; notNull: boolean },
  table: CatalogTable,
  session: Session,
): Promise<void> {
  const column = columnNamed(table, name);
  if (notNull) {
    const found = await readValue(
      session.connection,
      `SELECT 1 FROM ${table.physical} WHERE vt = ${OPEN_END} AND "${column.physical}" IS NULL LIMIT 1`,
    );
    if (found !== null)
      throw compilationError(`column '${name}' contains null values`, '002033', '22000');
  }
  column.nullable = !notNull;
}

function rename(table: CatalogTable, session: Session, to: readonly string[]): void {
  const name = session.resolveName(to);
  if (lookUp(session, to) !== undefined) throw existingObject(displayName(...to));
  if (table.temporary) {
    session.temporary.delete(temporaryKey(table.database, table.schema, table.name));
    Object.assign(table, name);
    session.temporary.set(temporaryKey(table.database, table.schema, table.name), table);
    return;
  }
  const { catalog } = session.shared;
  catalog.ownSchema(name.database, name.schema);
  catalog.schema(table.database, table.schema).objects.delete(table.name);
  Object.assign(table, name);
  catalog.add(table);
}

function swap(table: CatalogTable, session: Session, other: readonly string[]): void {
  const second = findTable(session, other);
  const { catalog } = session.shared;
  const [a, b] = [placeOf(table), placeOf(second)];
  catalog.schema(a.database, a.schema).objects.delete(a.name);
  catalog.schema(b.database, b.schema).objects.delete(b.name);
  catalog.add(Object.assign(table, b));
  catalog.add(Object.assign(second, a));
}

const placeOf = ({
  database,
  schema,
  name,
}: CatalogTable): { database: string; schema: string; name: string } => ({
  database,
  schema,
  name,
});

function setOptions(table: CatalogTable, options: TableOptions, session: Session): void {
  if (options.retentionDays !== undefined) table.retentionDays = options.retentionDays;
  if (options.comment !== undefined) table.comment = options.comment;
  if (options.clusterBy !== undefined) table.clusterBy = options.clusterBy;
  if (options.changeTracking === undefined || options.changeTracking === table.changeTracking)
    return;
  table.changeTracking = options.changeTracking;
  table.trackedNs = session.now();
}
