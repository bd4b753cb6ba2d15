import { SnowmeltError, type RunId, type TableRequest } from '@snowmelt/core';

import type { Session } from '@snowmelt/pg-connection';

interface Superseded {
  readonly key: string;
  readonly by: string;
}

/**
 * - A later run that has begun the same table reads at a later snapshot point: what is left of this
 *   one, planned yet or not, would put older rows over newer ones, or rows beside them once more.
 * - Whatever run has claimed the target since this one began on it may have emptied and filled it.
 */
const supersededSql = `
SELECT want.table_key AS key, coalesce(newer.run_id, claim.run_id) AS by
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
  AS want (table_key, table_hash, target_database, target_schema, target_table, ordinal)
JOIN migration_status.migration_runs r ON r.run_id = $1
LEFT JOIN migration_status.migration_table_status t
  ON t.run_id = r.run_id AND t.table_key = want.table_key
LEFT JOIN migration_status.table_claims claim
  ON claim.target_database = t.target_database AND claim.target_schema = t.target_schema
  AND claim.target_table = t.target_table AND claim.run_id <> r.run_id AND t.plan IS NOT NULL
LEFT JOIN LATERAL (
  SELECT n.run_id
  FROM migration_status.migration_table_status o
  JOIN migration_status.migration_runs n USING (run_id)
  WHERE o.table_key = want.table_key AND o.target_database = want.target_database
    AND o.target_schema = want.target_schema AND o.target_table = want.target_table
    AND o.plan IS NOT NULL AND n.run_id <> r.run_id AND n.started_at > r.started_at
  ORDER BY n.started_at DESC
  LIMIT 1
) newer ON true
WHERE coalesce(newer.run_id, claim.run_id) IS NOT NULL
  AND NOT coalesce(t.status = 'completed' AND t.table_hash = want.table_hash, false)
ORDER BY want.ordinal
LIMIT 1`;

/** A table of the request that the run may not go on with, and the run that has come after it (P1). */
export async function supersededTable(
  session: Session,
  run: RunId,
  tables: readonly TableRequest[],
): Promise<Superseded | undefined> {
  const targets = tables.map(({ target }) => target);
  const [row] = await session.rows<Superseded & Record<string, string>>(supersededSql, [
    run,
    tables.map(({ key }) => key),
    tables.map(({ hash }) => hash),
    targets.map(({ database }) => database),
    targets.map(({ schema }) => schema),
    targets.map(({ name }) => name),
  ]);
  return row;
}

export function superseded(run: RunId, { key, by }: Superseded): SnowmeltError {
  const message = `Run ${run} cannot go on with ${key}: run ${by} has loaded that table since`;
  return new SnowmeltError('RUN.SUPERSEDED', message, { place: { run, table: key } });
}
