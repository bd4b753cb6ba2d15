import type { TableRef, TruncatePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';

export interface ReachedTable {
  readonly schema: string;
  readonly name: string;
}

/** Partitions and inheriting tables go with their parent and are not named. */
const reachSql = `
WITH RECURSIVE family AS (
  SELECT c.oid
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = $2
  UNION
  SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent
), reached AS (
  SELECT oid FROM family
  UNION
  SELECT step.oid
  FROM reached r
  CROSS JOIN LATERAL (
    SELECT k.conrelid AS oid FROM pg_catalog.pg_constraint k
    WHERE k.confrelid = r.oid AND k.contype = 'f'
    UNION ALL
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = r.oid
  ) step
)
SELECT n.nspname::text AS schema, c.relname::text AS name
FROM reached r
JOIN pg_catalog.pg_class c ON c.oid = r.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.oid NOT IN (SELECT oid FROM family) AND NOT c.relispartition
ORDER BY 1, 2`;

/** The other tables that TRUNCATE … CASCADE of this one would empty, by foreign keys. */
export async function truncateReach(
  session: Session,
  target: TableRef,
): Promise<readonly ReachedTable[]> {
  return (await session.query<ReachedTable & object>(reachSql, [target.schema, target.name])).rows;
}

export async function dependents(session: Session, ref: TableRef): Promise<readonly TableRef[]> {
  const reached = await truncateReach(session, ref);
  return reached.map(({ schema, name }) => ({ database: ref.database, schema, name }));
}

/** Those that this run does not empty and load itself. */
export function outsideTheRun(
  { emptiedWith = [] }: TruncatePlan,
  reached: readonly ReachedTable[],
): readonly ReachedTable[] {
  return reached.filter((table) => !emptiedWith.some(({ target }) => isSame(target, table)));
}

export function isSame(one: ReachedTable, other: ReachedTable): boolean {
  return one.schema === other.schema && one.name === other.name;
}

export function nameTables(tables: readonly ReachedTable[]): string {
  return tables.map(({ schema, name }) => `${schema}.${name}`).join(', ');
}
