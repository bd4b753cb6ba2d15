import type { TablePlan, WorkContext } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { dropShadow } from '../../tables/shadow-table.ts';

interface EarlierShadow {
  readonly run_id: string;
  readonly table_key: string;
  readonly shadow: string;
  /** null: there is no such table any more. */
  readonly owned: boolean | null;
}

const earlierSql = `
SELECT run_id, table_key, shadow,
       (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c
        WHERE c.oid = pg_catalog.to_regclass('snowmelt.' || shadow)) AS owned
FROM snowmelt.table_ledger
WHERE target_schema = $2 AND target_table = $3 AND shadow IS NOT NULL
  AND (run_id <> $1 OR mode NOT IN ('swap', 'changes'))
ORDER BY run_id, table_key`;

const supersedeSql = `
UPDATE snowmelt.table_ledger
SET shadow = CASE WHEN $4 THEN NULL ELSE shadow END,
    superseded_by = CASE WHEN run_id <> $3 THEN coalesce(superseded_by, $3) END
WHERE run_id = $1 AND table_key = $2`;

/**
 * Removes what earlier runs have gathered for this target and never put in place: a new full
 * refresh has begun, and theirs may not go on. So with this run's own, where it has planned the
 * table anew in another mode. To be called under the lock of the target's name.
 */
export async function dropEarlierShadows(
  session: Session,
  table: TablePlan,
  log: WorkContext['log'],
): Promise<void> {
  const { schema, name } = table.target;
  const values = [table.run, schema, name];
  const { rows } = await session.query<EarlierShadow & object>(earlierSql, values);
  for (const { run_id: run, table_key: key, shadow, owned } of rows) {
    const mayDrop = owned !== false;
    if (mayDrop) await dropShadow(session, shadow);
    await session.query(supersedeSql, [run, key, table.run, mayDrop]);
    if (mayDrop) log.info('target_shadow_dropped', { table: key, shadow, run });
    else log.warn('target_shadow_left', { table: key, shadow, run, why: 'another role owns it' });
  }
}
