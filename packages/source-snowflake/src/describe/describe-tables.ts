import {
  isSnowmeltError,
  type ColumnSchema,
  type TableRef,
  type TableSchema,
} from '@snowmelt/core';

import { readAnswer } from '../result/read-answer.ts';
import type { NamedRows } from '../result/result-rows.ts';
import { quoteIdentifier, quoteTable, quoteText } from '../sql/quote.ts';
import { describedColumns, shownColumns } from './columns.ts';
import {
  shownDatabases,
  shownKeys,
  shownTables,
  shownViews,
  unlisted,
  writeFacts,
  type CatalogObject,
  type ObjectFacts,
} from './objects.ts';

export type AskCatalog = (sql: string) => Promise<NamedRows>;

/**
 * A SHOW gives so many records at most: one that has as many may lack others, "even with a filter
 * applied" (docs.snowflake.com/en/sql-reference/sql/show-columns, "Usage notes"); others refuse
 * with 090153. LIMIT … FROM is not known to SHOW COLUMNS.
 */
const mostRecords = 10_000;

/**
 * The schemas of tables and views, by statements that need no warehouse: SHOW TABLES, SHOW COLUMNS
 * and SHOW PRIMARY KEYS once a schema, whatever the number of its tables, and SHOW VIEWS where a
 * name is no table's. An object that none of them tells fully is described by itself.
 */
export function describeTables(
  ask: AskCatalog,
  refs: readonly TableRef[],
): (ref: TableRef) => Promise<TableSchema> {
  const origins = new Map<string, Promise<Origin>>();
  const catalogs = new Map<string, Promise<Catalog>>();
  return (ref) => {
    const schema = schemaName(ref);
    const names = refs.filter((other) => schemaName(other) === schema).map(({ name }) => name);
    const catalog = once(catalogs, schema, () => readSchema(ask, schema, new Set(names)));
    const origin = once(origins, ref.database, () => originOf(ask, ref.database));
    return schemaOf(ask, ref, { catalog, origin });
  };
}

/** Quoted, as SHOW wants it: "the full search path starting from database". */
function schemaName({ database, schema }: TableRef): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(schema)}`;
}

function once<T>(made: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const promise = made.get(key) ?? make();
  made.set(key, promise);
  // Whoever comes to need it hears of its failure.
  promise.catch(() => undefined);
  return promise;
}

type Origin = Pick<ObjectFacts, 'share' | 'databaseCreated'>;

async function originOf(ask: AskCatalog, database: string): Promise<Origin> {
  const sql = `SHOW DATABASES STARTS WITH ${quoteText(database)}`;
  const found = readAnswer(shownDatabases, await ask(sql), { about: 'databases' }).find(
    ({ name }) => name === database,
  );
  if (found === undefined) return {};
  const { name: _name, ...origin } = found;
  return origin;
}

/** What the catalog says of a schema's tables, as far as it was asked for. */
interface Catalog {
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** Columns by table. Of a table that is not there, or whose list may be cut, nothing. */
  readonly columns: ReadonlyMap<string, readonly (ColumnSchema | undefined)[]>;
  /** Key columns by table; nothing at all where the list may be cut. */
  readonly keys: ReadonlyMap<string, readonly string[]> | undefined;
}

/** A single table is asked for by its name: its schema may hold thousands of others. */
async function readSchema(
  ask: AskCatalog,
  schema: string,
  names: ReadonlySet<string>,
): Promise<Catalog> {
  if (names.size === 1) return { objects: new Map(), columns: new Map(), keys: undefined };
  const columns = await list(ask, `SHOW COLUMNS IN SCHEMA ${schema}`);
  const keys = await list(ask, `SHOW PRIMARY KEYS IN SCHEMA ${schema}`);
  return {
    objects: await listObjects(ask, schema, names),
    columns: columnsByTable(columns.whole ? columns.rows : []),
    keys: keys.whole ? keysByTable(keys.rows) : undefined,
  };
}

const aboutTables = { about: 'tables' };
const aboutViews = { about: 'views' };

interface List {
  readonly rows: NamedRows;
  /** Surely nothing is cut off. */
  readonly whole: boolean;
}

async function list(ask: AskCatalog, sql: string): Promise<List> {
  try {
    const rows = await ask(sql);
    return { rows, whole: rows.length < mostRecords };
  } catch (error) {
    if (!isSnowmeltError(error) || !error.message.includes('090153')) throw error;
    return { rows: [], whole: false };
  }
}

/** A name that the lists lack is looked up by itself later: they may be cut. */
async function listObjects(
  ask: AskCatalog,
  schema: string,
  names: ReadonlySet<string>,
): Promise<Catalog['objects']> {
  const tables = await list(ask, `SHOW TABLES IN SCHEMA ${schema}`);
  const objects = new Map(
    readAnswer(shownTables, tables.rows, aboutTables).map((table) => [table.name, table]),
  );
  if ([...names].every((name) => objects.has(name))) return objects;
  const views = await list(ask, `SHOW VIEWS IN SCHEMA ${schema}`);
  for (const view of readAnswer(shownViews, views.rows, aboutViews)) objects.set(view.name, view);
  return objects;
}

/**
 * By the name's beginning, since a LIKE would take `_` and `%` in it for wildcards. Names come in
 * their order, and none that begins with this one comes before it.
 */
async function namedObject(ask: AskCatalog, ref: TableRef): Promise<CatalogObject | undefined> {
  const some = `IN SCHEMA ${schemaName(ref)} STARTS WITH ${quoteText(ref.name)} LIMIT 100`;
  const isIt = ({ name }: CatalogObject): boolean => name === ref.name;
  return (
    readAnswer(shownTables, await ask(`SHOW TABLES ${some}`), aboutTables).find(isIt) ??
    readAnswer(shownViews, await ask(`SHOW VIEWS ${some}`), aboutViews).find(isIt)
  );
}

interface Known {
  readonly catalog: Promise<Catalog>;
  readonly origin: Promise<Origin>;
}

async function schemaOf(ask: AskCatalog, ref: TableRef, known: Known): Promise<TableSchema> {
  const catalog = await known.catalog;
  const object = catalog.objects.get(ref.name) ?? (await namedObject(ask, ref));
  const columns = await columnsOf(ask, ref, { catalog, object });
  const primaryKey = await keyOf(ask, ref, { catalog, object });
  return {
    ref,
    kind: object?.kind ?? 'other',
    columns,
    primaryKey,
    // A view is another one after each CREATE OR REPLACE, and its tables decide what it reads.
    ...(object?.kind === 'table' && object.facts.created !== undefined
      ? { object: object.facts.created }
      : {}),
    facts: writeFacts({ ...(object?.facts ?? unlisted), ...(await known.origin) }),
    ...(object?.clusterKey?.[0] === undefined ? {} : { clusterKey: object.clusterKey }),
    ...(object?.rows === undefined ? {} : { estimatedRows: object.rows }),
    ...(object?.bytes === undefined ? {} : { estimatedBytes: object.bytes }),
  };
}

interface Found {
  readonly catalog: Catalog;
  readonly object: CatalogObject | undefined;
}

/**
 * DESCRIBE TABLE serves views as well, spells every type in full, and has the last word on what is
 * not there: it throws `SOURCE.TABLE_NOT_FOUND`.
 */
async function columnsOf(
  ask: AskCatalog,
  ref: TableRef,
  { catalog, object }: Found,
): Promise<readonly ColumnSchema[]> {
  const listed = catalog.columns.get(ref.name) ?? (await ownColumns(ask, ref, object));
  const columns = listed.filter((column) => column !== undefined);
  if (columns.length > 0 && columns.length === listed.length) return columns;
  const described = await ask(`DESCRIBE TABLE ${quoteTable(ref)}`);
  return readAnswer(describedColumns, described, { about: `the columns of ${ref.name}` });
}

async function ownColumns(
  ask: AskCatalog,
  ref: TableRef,
  object: CatalogObject | undefined,
): Promise<readonly (ColumnSchema | undefined)[]> {
  if (object === undefined) return [];
  const word = object.kind === 'view' ? 'VIEW' : 'TABLE';
  const { rows, whole } = await list(ask, `SHOW COLUMNS IN ${word} ${quoteTable(ref)}`);
  return whole ? (columnsByTable(rows).get(ref.name) ?? []) : [];
}

async function keyOf(
  ask: AskCatalog,
  ref: TableRef,
  { catalog, object }: Found,
): Promise<readonly string[]> {
  if (object?.kind !== 'table') return [];
  if (catalog.keys !== undefined) return catalog.keys.get(ref.name) ?? [];
  const rows = await ask(`SHOW PRIMARY KEYS IN TABLE ${quoteTable(ref)}`);
  return keysByTable(rows).get(ref.name) ?? [];
}

function columnsByTable(rows: NamedRows): Catalog['columns'] {
  const groups = Map.groupBy(
    readAnswer(shownColumns, rows, { about: 'columns' }),
    ({ table }) => table,
  );
  return new Map([...groups].map(([table, shown]) => [table, shown.map(({ column }) => column)]));
}

function keysByTable(rows: NamedRows): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(
    readAnswer(shownKeys, rows, { about: 'primary keys' }),
    ({ table_name: table }) => table,
  );
  return new Map(
    [...groups].map(([table, columns]) => [
      table,
      columns
        .sort((left, right) => left.key_sequence - right.key_sequence)
        .map((column) => column.column_name),
    ]),
  );
}
