import type { RepairedGathering, TableRef } from '@snowmelt/core';

import { transaction, type Session } from '../connect/transaction.ts';
import type { RestoreWork } from '../indexes/restore-work.ts';
import { lockName } from '../ledger/lock-target.ts';
import { dropGathered } from '../tables/drop-leftovers.ts';
import { hasLiveRun } from '../connect/has-live-run.ts';

interface Shadow {
  readonly shadow: string;
  readonly owned: boolean;
  /** No run can go on with it. Of null: there is no run that has it. */
  readonly useless: boolean;
  readonly run: string | null;
  readonly key: string | null;
  readonly schema: string | null;
  readonly name: string | null;
}

/** A shadow that somebody dropped by hand is in no catalog, and does no harm in the ledger. */
const shadowsSql = `
SELECT c.relname::text AS shadow, pg_has_role(c.relowner, 'USAGE') AS owned,
       l.run_id IS NULL OR l.superseded_by IS NOT NULL OR l.overtaken_by IS NOT NULL AS useless,
       l.run_id AS run, l.table_key AS key, l.target_schema AS schema, l.target_table AS name
FROM pg_catalog.pg_class c
LEFT JOIN snowmelt.table_ledger l ON c.relname IN (l.shadow, l.keys_table)
WHERE c.relnamespace = 'snowmelt'::regnamespace AND c.relkind = 'r'
  AND c.relname ~ '^(shadow|keys)_[0-9a-f]{32}$' AND ($1::text IS NULL OR c.relname = $1)
ORDER BY l.prepared_at, c.relname`;

async function readShadows(session: Session, only?: string): Promise<readonly Shadow[]> {
  return (await session.query<Shadow & object>(shadowsSql, [only ?? null])).rows;
}

/**
 * Removes the tables in which rows of swaps, or keys of `delete_missing`, were gathered and that no run
 * can use any more;
 * with `all` also those of runs that could still go on, which then may not. The targets' own rows
 * are not touched.
 */
export async function repairShadows(
  work: RestoreWork,
  { all, dryRun }: { readonly all: boolean; readonly dryRun: boolean },
): Promise<readonly RepairedGathering[]> {
  const options = { ...work.options, purpose: 'plain' } as const;
  const found = await transaction(work.databases, options, (session) => readShadows(session));
  const repaired: RepairedGathering[] = [];
  for (const { shadow, run, schema, name } of found) {
    const { database } = work.options;
    const target = schema === null || name === null ? undefined : { database, schema, name };
    const outcome = await transaction(work.databases, options, (session) =>
      removeShadow(session, { shadow, target, all, dryRun }),
    );
    if (outcome === 'gone') continue;
    if (outcome === 'removed' && !dryRun)
      work.context.log.info('target_shadow_dropped', { shadow, run });
    const of = run === null || target === undefined ? {} : { run, target };
    repaired.push({ place: shadow, outcome, ...of });
  }
  return repaired;
}

interface Removal {
  readonly shadow: string;
  readonly target: TableRef | undefined;
  readonly all: boolean;
  readonly dryRun: boolean;
}

/** Looks again under the lock of the target's name, which every prepare and swap holds. */
async function removeShadow(
  session: Session,
  { shadow, target, all, dryRun }: Removal,
): Promise<RepairedGathering['outcome'] | 'gone'> {
  const busy = target !== undefined && (await hasLiveRun(session, target));
  if (target !== undefined && !busy) await lockName(session, target);
  const [now] = await readShadows(session, shadow);
  if (now === undefined) return 'gone';
  if (!now.useless && !all) return 'kept';
  if (busy) return 'busy';
  if (!now.owned) return 'not-owned';
  if (dryRun) return 'removed';
  await dropGathered(session, shadow);
  await session.query(abandonSql, [now.run, now.key]);
  return 'removed';
}

const abandonSql = `
UPDATE snowmelt.table_ledger SET shadow = NULL, keys_table = NULL, abandoned_at = clock_timestamp()
WHERE run_id = $1 AND table_key = $2`;
