import type { TablePlan, TableRef } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';

/** What a table is, apart from its name and rows. */
export interface TableIdentity {
  readonly oid: string;
  /** Of its leaves, in order: TRUNCATE, VACUUM FULL, CLUSTER and rewriting ALTERs give new ones. */
  readonly files: readonly string[];
  /** Whose files these are, each. Absent: recorded by an earlier version. */
  readonly leaves?: readonly string[];
  /** Files that held nothing. */
  readonly empty?: readonly string[];
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
  WHERE c.relkind = 'r' ORDER BY f.oid) AS files, ARRAY(
  SELECT f.oid::text
  FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid
  WHERE c.relkind = 'r' ORDER BY f.oid) AS leaves, ARRAY(
  SELECT pg_catalog.pg_relation_filenode(f.oid)::text
  FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid
  WHERE c.relkind = 'r' AND pg_catalog.pg_relation_size(f.oid) = 0) AS empty, (
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
 * What has become of a file of the table:
 *
 * - `kept`: it is there, or it held nothing, or the one in its place holds rows from before, which VACUUM
 *   FULL, CLUSTER and SET TABLESPACE bring along
 * - `altered`: the rows in its place were written by an ALTER that has changed a column as well
 * - `parted`: its partition is none of the table any more, as where old ones are dropped or detached
 * - `lost`: anything else, as TRUNCATE
 */
export type FileFate = 'kept' | 'altered' | 'parted' | 'lost';

/**
 * Ids come round: of a transaction of long ago, none is known to be older. Read through the table, since a
 * role may have no rights on its partitions.
 */
const rowsSql = (table: string, condition: string) => `
SELECT EXISTS (
  SELECT FROM ${table} AS t
  WHERE t.tableoid = $2::oid AND ${condition}
    AND pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint - $1::text::bigint
        < 2000000000) AS found`;

const older = 'pg_catalog.age(t.xmin) > pg_catalog.age($1::text::xid8::xid)';

/** An ALTER that rewrites writes the column's row in the catalog in the same transaction. */
const altered = `t.xmin = ANY (ARRAY(
  SELECT a.xmin FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $2::oid AND a.attnum > 0
    AND pg_catalog.age(a.xmin) <= pg_catalog.age($1::text::xid8::xid)))`;

/** Of each file that was recorded, and is there no more or in another partition. */
export async function fatesOf(
  session: Session,
  target: Pick<TableRef, 'schema' | 'name'>,
  recorded: TableIdentity,
): Promise<readonly FileFate[]> {
  const table = quoteTable(target);
  const leaves = await session.query<Leaf & object>(leavesSql, [table]);
  const fates: FileFate[] = [];
  for (const [at, file] of recorded.files.entries()) {
    const isThere = leaves.rows.some((leaf) => leaf.file === file);
    const leaf = leaves.rows.find(({ oid }) => oid === recorded.leaves?.[at]);
    fates.push(isThere ? 'kept' : await fateOf(session, { table, file, leaf, recorded }));
  }
  return fates;
}

interface Leaf {
  readonly oid: string;
  readonly file: string;
}

interface GoneFile {
  readonly table: string;
  readonly file: string;
  /** What it was the file of, where that is there. */
  readonly leaf: Leaf | undefined;
  readonly recorded: TableIdentity;
}

async function fateOf(
  session: Session,
  { table, file, leaf, recorded }: GoneFile,
): Promise<FileFate> {
  const { oid, leaves, before, empty } = recorded;
  if (leaves === undefined || before === undefined) return 'lost';
  if (leaf === undefined) {
    const [now] = (
      await session.query<{ oid: string }>(`SELECT pg_catalog.to_regclass($1)::oid::text AS oid`, [
        table,
      ])
    ).rows;
    return now?.oid === oid ? 'parted' : 'lost';
  }
  if (empty?.includes(file) === true) return 'kept';
  const holds = async (condition: string): Promise<boolean> => {
    const { rows } = await session.query<{ found: boolean }>(rowsSql(table, condition), [
      before,
      leaf.oid,
    ]);
    return rows[0]?.found === true;
  };
  if (await holds(older)) return 'kept';
  return (await holds(altered)) ? 'altered' : 'lost';
}
