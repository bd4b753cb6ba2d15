import type { QueryResultRow } from 'pg';

/** One statement with bound values; its rows. */
export type Ask = <Row extends QueryResultRow>(
  sql: string,
  values?: readonly unknown[],
) => Promise<Row[]>;

export interface Migration {
  readonly name: string;
  /** Writes its own name down, so that it does not matter who applies it. */
  readonly sql: string;
}

/** The numbered files of a schema of our own, and the table in which they write down that they were. */
export interface Migrations<M extends Migration = Migration> {
  readonly schema: string;
  readonly table: string;
  readonly all: readonly M[];
}

/**
 * Asked of the catalog: a failed query would end the transaction, and to_regclass wants USAGE on the
 * schema, and answers from a cache which does not hear of a schema that another process has made while
 * this one waited for its lock.
 */
const existsSql = `
SELECT true AS there FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`;

export async function relationExists(ask: Ask, schema: string, name: string): Promise<boolean> {
  return (await ask(existsSql, [schema, name])).length > 0;
}

/** Those that were not applied yet. Ones that only a newer program knows are left alone. */
export async function pendingMigrations<M extends Migration>(
  ask: Ask,
  { schema, table, all }: Migrations<M>,
): Promise<readonly M[]> {
  if (!(await relationExists(ask, schema, table))) return all;
  const rows = await ask<{ name: string }>(`SELECT name FROM ${schema}.${table}`);
  const applied = new Set(rows.map(({ name }) => name));
  return all.filter(({ name }) => !applied.has(name));
}

/** In the transaction in hand, under a lock that the caller holds: several processes may come at once. */
export async function applyMigrations(ask: Ask, migrations: Migrations): Promise<void> {
  for (const { sql } of await pendingMigrations(ask, migrations)) await ask(sql);
}

export interface SchemaRights {
  readonly role: string;
  readonly may_create_schemas: boolean;
  /** null: there is no such schema. */
  readonly may_use: boolean | null;
  readonly may_create: boolean | null;
}

const rightsSql = `
SELECT current_user::text AS role,
       has_database_privilege(current_database(), 'CREATE') AS may_create_schemas,
       has_schema_privilege(n.oid, 'USAGE') AS may_use,
       has_schema_privilege(n.oid, 'CREATE') AS may_create
FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1`;

/** What the role may do with a schema, which may not be there. */
export async function schemaRights(ask: Ask, schema: string): Promise<SchemaRights> {
  const [rights] = await ask<SchemaRights>(rightsSql, [schema]);
  if (rights === undefined) throw new Error('PostgreSQL answered with no row');
  return rights;
}
