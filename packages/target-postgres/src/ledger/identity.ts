import type { TablePlan, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

/** What a table is, apart from its name and rows. */
export interface TableIdentity {
  readonly oid: string;
  /** Of its leaves, in order: TRUNCATE, VACUUM FULL, CLUSTER and rewriting ALTERs give new ones. */
  readonly files: readonly string[];
  /**
   * Rows ever deleted from them, as the server's statistics say: behind by seconds, and begun anew
   * after a crash. Absent: recorded by an earlier version.
   */
  readonly deleted?: string;
  /** Transactions with an id from here on were begun later. Absent: recorded by an earlier version. */
  readonly before?: string;
}

const identitySql = `
WITH RECURSIVE family AS (
  SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2
  UNION
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
)
SELECT t.oid::text AS oid, ARRAY(
  SELECT pg_catalog.pg_relation_filenode(f.oid)::text
  FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid
  WHERE c.relkind = 'r' ORDER BY f.oid) AS files, (
  SELECT sum(pg_catalog.pg_stat_get_tuples_deleted(f.oid)
             + pg_catalog.pg_stat_get_xact_tuples_deleted(f.oid))::text FROM family f) AS deleted,
  greatest(pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint,
           pg_catalog.pg_current_xact_id_if_assigned()::text::bigint + 1)::text AS before
FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = $1 AND t.relname = $2`;

export async function readIdentity(
  session: Session,
  { schema, name }: Pick<TableRef, 'schema' | 'name'>,
): Promise<TableIdentity | undefined> {
  return (await session.query<TableIdentity & object>(identitySql, [schema, name])).rows[0];
}

const recordSql = `
UPDATE snowmelt.table_ledger SET identity = $3 WHERE run_id = $1 AND table_key = $2`;

/** To be called in every transaction of ours that may have made or rewritten the table. */
export async function recordIdentity(
  session: Session,
  table: TablePlan,
  seen?: TableIdentity,
): Promise<void> {
  const identity = seen ?? (await readIdentity(session, table.target));
  await session.query(recordSql, [table.run, table.key, JSON.stringify(identity ?? null)]);
}

/** A change is a reason to look, no proof: VACUUM FULL makes one, DELETE does not. */
export function isSameIdentity(one: TableIdentity | null, other?: TableIdentity): boolean {
  if (one === null || other === undefined) return false;
  return one.oid === other.oid && one.files.join() === other.files.join();
}

/** The same of DELETE, as far as the statistics know. */
export function rowsWereDeleted(one: TableIdentity | null, other?: TableIdentity): boolean {
  return one?.deleted !== undefined && one.deleted !== other?.deleted;
}

const leavesSql = `
WITH RECURSIVE family AS (
  SELECT pg_catalog.to_regclass($1)::oid AS oid
  UNION
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
)
SELECT c.oid::text AS oid, pg_catalog.pg_relation_filenode(c.oid)::text AS file
FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid
WHERE c.relkind = 'r'`;

/**
 * Ids come round: of a transaction of long ago, none is known to be older. Read through the table, since a
 * role may have no rights on its partitions.
 */
const olderSql = (table: string) => `
SELECT EXISTS (
  SELECT FROM ${table} AS t
  WHERE t.tableoid = $2::oid AND pg_catalog.age(t.xmin) > pg_catalog.age($1::text::xid8::xid)
    AND pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - $1::text::bigint
        < 2000000000) AS older`;

/**
 * Whether the table is the one that was recorded, VACUUM FULL, CLUSTER and partitions more apart: in
 * place of each file that is gone there is one with rows from before, which only a rewrite brings along.
 */
export async function isRewritten(
  session: Session,
  target: Pick<TableRef, 'schema' | 'name'>,
  { files, before }: TableIdentity,
): Promise<boolean> {
  const table = quoteTable(target);
  const leaves = await session.query<{ oid: string; file: string }>(leavesSql, [table]);
  const added = leaves.rows.filter(({ file }) => !files.includes(file));
  const gone = files.filter((file) => !leaves.rows.some((leaf) => leaf.file === file));
  if (gone.length === 0) return true;
  if (before === undefined) return false;
  let rewritten = 0;
  for (const leaf of added) {
    const values = [before, leaf.oid];
    const { rows } = await session.query<{ older: boolean }>(olderSql(table), values);
    if (rows[0]?.older === true) rewritten += 1;
  }
  return rewritten >= gone.length;
}
