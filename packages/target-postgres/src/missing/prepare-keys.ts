import { deleteMissingOf, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { dropGathered, dropLeftovers, type Leftover } from '../tables/drop-leftovers.ts';
import { createKeys, keysName } from '../tables/keys-table.ts';
import { readKeysState, recordKeys, refuseLaterRun } from './keys-ledger.ts';

/**
 * The place for the keys of the source, once: a resume finds it with the chunks that are in. To be
 * called under the lock of the target's name, with the run's row in the ledger. `again`: the run has
 * planned the table anew, and begins with an empty one.
 */
export async function prepareKeys(
  session: Session,
  table: TablePlan,
  { again, log }: { readonly again: boolean; readonly log: WorkContext['log'] },
): Promise<void> {
  await dropEarlierKeys(session, table, log);
  if (deleteMissingOf(table)?.keys === undefined) return;
  const { gathering, done } = await readKeysState(session, table);
  if (!again && (gathering || done !== undefined)) return;
  await refuseLaterRun(session, table);
  if (gathering) await dropGathered(session, keysName(table));
  await forgetKeyChunks(session, table);
  await createKeys(session, table);
  await recordKeys(session, table, keysName(table));
}

async function forgetKeyChunks(session: Session, table: TablePlan): Promise<void> {
  await session.query(
    'DELETE FROM snowmelt.chunk_ledger WHERE run_id = $1 AND table_key = $2 AND of_keys',
    [table.run, table.key],
  );
}

/** Also this run's own, where it has planned the table anew and needs no keys. */
const earlierSql = `
SELECT run_id AS run, table_key AS key, keys_table AS name,
       (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_catalog.pg_class c
        WHERE c.oid = pg_catalog.to_regclass('snowmelt.' || keys_table)) AS owned
FROM snowmelt.table_ledger
WHERE target_schema = $1 AND target_table = $2 AND keys_table IS NOT NULL
  AND keys_table IS DISTINCT FROM $3
ORDER BY run_id, table_key`;

const forgetSql = `
UPDATE snowmelt.table_ledger SET keys_table = NULL WHERE run_id = $1 AND table_key = $2`;

/**
 * Removes keys that other runs have gathered for this target and never used: a new run has begun on
 * it, so that theirs may delete nothing any more (`refuseLaterRun`).
 */
async function dropEarlierKeys(
  session: Session,
  table: TablePlan,
  log: WorkContext['log'],
): Promise<void> {
  const { schema, name } = table.target;
  const own = deleteMissingOf(table)?.keys === undefined ? null : keysName(table);
  const { rows } = await session.query<Leftover & object>(earlierSql, [schema, name, own]);
  await dropLeftovers(session, rows, {
    what: 'keys',
    log,
    async forget({ run, key }, dropped) {
      if (dropped) await session.query(forgetSql, [run, key]);
    },
  });
}
