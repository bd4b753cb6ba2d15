import type { TablePlan, WorkContext } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { forgetChunks } from '../../ledger/forget-chunks.ts';
import { isOfMode } from '../../ledger/table-ledger.ts';
import { dropGathered, dropLeftovers, type Leftover } from '../../tables/drop-leftovers.ts';
import type { Begun } from '../shared/mode.ts';
import { readGathered, recordShadow, refuseSharedTarget } from './gather-ledger.ts';

/** Makes the table in which a run gathers, and names it. */
export type CreateShadow = (session: Session, table: TablePlan) => Promise<string>;

/**
 * The place where this run gathers, once: a resume finds it with the chunks that are in. The target's
 * rows stay as they are. Planned anew, the run begins with an empty one.
 */
export async function beginGather(
  session: Session,
  table: TablePlan,
  { again, log }: Begun,
  create: CreateShadow,
): Promise<void> {
  await refuseSharedTarget(session, table);
  await dropEarlierShadows(session, table, log);
  const { shadow, inPlace } = await readGathered(session, table);
  if (!again && (inPlace || shadow !== undefined)) return;
  if (shadow !== undefined) await dropGathered(session, shadow);
  await forgetChunks(session, table);
  const made = await create(session, table);
  await recordShadow(session, table, made);
  log.info('target_shadow_created', { table: table.key, shadow: made, run: table.run });
}

const earlierSql = `
SELECT run_id AS run, table_key AS key, shadow AS name,
       (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c
        WHERE c.oid = pg_catalog.to_regclass('snowmelt.' || shadow)) AS owned
FROM snowmelt.table_ledger l
WHERE target_schema = $2 AND target_table = $3 AND shadow IS NOT NULL
  AND (run_id <> $1 OR NOT ${isOfMode('l', 'gathers')})
ORDER BY run_id, table_key`;

const supersedeSql = `
UPDATE snowmelt.table_ledger
SET shadow = CASE WHEN $4 THEN NULL ELSE shadow END,
    superseded_by = CASE WHEN run_id <> $3 THEN coalesce(superseded_by, $3) END
WHERE run_id = $1 AND table_key = $2`;

/**
 * Removes what earlier runs have gathered for this target and never put in place: a new full
 * refresh has begun, and theirs may not go on. So with this run's own, where it has planned the
 * table anew in another mode.
 */
export async function dropEarlierShadows(
  session: Session,
  table: TablePlan,
  log: WorkContext['log'],
): Promise<void> {
  const { schema, name } = table.target;
  const values = [table.run, schema, name];
  const { rows } = await session.query<Leftover & object>(earlierSql, values);
  await dropLeftovers(session, rows, {
    what: 'shadow',
    log,
    async forget({ run, key }, dropped) {
      await session.query(supersedeSql, [run, key, table.run, dropped]);
    },
  });
}
