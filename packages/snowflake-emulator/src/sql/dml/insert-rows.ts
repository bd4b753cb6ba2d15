import type { CatalogColumn, CatalogTable } from '../../catalog/catalog-objects.ts';
import { displayName } from '../../catalog/catalog.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { createCompiler } from '../compile/compile-query.ts';
import { castTo } from '../typed/cast.ts';
import { EMPTY_SCOPE, quoteText } from '../typed/typed.ts';
import { MAX_TEXT_LENGTH, storageType } from '../sql-type.ts';
import { compilationError, invalidIdentifier } from '../unsupported.ts';
import { createEnvironment } from '../query/create-environment.ts';
import { runSql } from '../session/engine-state.ts';
import type { Session } from '../session/session.ts';
import type { Write } from '../session/session-transaction.ts';

export interface InsertRows {
  readonly session: Session;
  readonly table: CatalogTable;
  /** The columns that `select` gives, by name, in its order; the others take their defaults. */
  readonly columns: readonly string[];
  /** DuckDB SQL; its columns hold stored forms. */
  readonly select: string;
  readonly write: Write;
  readonly signal: AbortSignal;
}

/** Inserts with the checks that Snowflake makes: NOT NULL and the length of texts. */
export async function insertRows(options: InsertRows): Promise<number> {
  const { session, table, columns, select, write, signal } = options;
  const given = columns.map((name) => columnNamed(table, name));
  if (new Set(given).size !== given.length)
    throw compilationError('duplicate column name in INSERT', '002025', '42S21');
  const names = given.map((_column, i) => `i${i}`);
  const values = given.map((column, i) => checked(`s.i${i}`, column));
  const others = table.columns.filter((column) => !given.includes(column));
  const defaults = others.map((column) => checked(defaultOf(column, session), column));
  const targets = [...given, ...others].map((column) => `"${column.physical}"`);
  const sql = `INSERT INTO ${table.physical} (${[...targets, 'vf', 'vt', 'rid'].join(', ')})
    SELECT ${[...values, ...defaults, write.transaction, OPEN_END, "nextval('row_ids')"].join(', ')}
    FROM (${select}) s(${names.join(', ')})`;
  return runSql(session.connection, sql, signal);
}

export function columnNamed(table: CatalogTable, name: string): CatalogColumn {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw invalidIdentifier(displayName(name));
  return column;
}

/** DuckDB SQL for what a column gets that an INSERT does not name. */
export function defaultOf(column: CatalogColumn, session: Session): string {
  const { identity, defaultValue, type } = column;
  if (identity !== undefined)
    return `CAST(nextval('${identity.sequence}') AS ${storageType(type)})`;
  if (defaultValue === undefined) return `CAST(NULL AS ${storageType(type)})`;
  const request = { queryId: '', sql: '' };
  const env = createEnvironment(session, request, { snapshots: new Map(), calls: new Map() });
  return castTo(createCompiler(env).expression(defaultValue, EMPTY_SCOPE), type, env).sql;
}

/** The value, or an error where it is NULL or too long. */
export function checked(sql: string, column: CatalogColumn): string {
  const { type, nullable, name } = column;
  const limit = type.length ?? MAX_TEXT_LENGTH;
  const long =
    type.name === 'VARCHAR' && limit < MAX_TEXT_LENGTH
      ? `CASE WHEN length(${sql}) > ${limit} THEN sf_fail('100078', '22000', 'String ''' || ${sql} || ''' is too long and would be truncated') ELSE ${sql} END`
      : sql;
  if (nullable) return long;
  const message = quoteText(`NULL result in a non-nullable column: ${name}`);
  return `coalesce(${long}, sf_fail('100072', '22000', ${message}))`;
}
