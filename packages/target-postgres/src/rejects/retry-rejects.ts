import type { RejectFilter, RetriedTable, TablePlan, WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { hasLiveRun } from '../connect/has-live-run.ts';
import { type Session, transaction } from '../connect/transaction.ts';
import { rejectedRow } from '../copy/copy-error.ts';
import { ensureLedger, ledgerExists } from '../ledger/ensure-ledger.ts';
import { lockTarget } from '../ledger/lock-target.ts';
import { isFirstTry, isOfMode } from '../ledger/table-ledger.ts';
import { modes } from '../modes/modes.ts';
import type { RejectLoad } from '../modes/shared/mode.ts';
import { allConstraintsSpeak, keysSpeakAtOnce } from '../quarantine/deferred-constraints.ts';
import { retryRows } from '../quarantine/retry-rows.ts';
import { whileSomeGoIn } from '../quarantine/self-reference.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { filterSql, filterValues } from './list-rejects.ts';

/** One transaction a table and run, so that what goes in stays, whatever comes of the others. */
export async function retryRejects(
  databases: Databases,
  database: string,
  filter: RejectFilter,
  context: WorkContext,
): Promise<readonly RetriedTable[]> {
  const options = { database, signal: context.signal, log: context.log, purpose: 'plain' } as const;
  const known = await transaction(databases, options, (session) => ledgerExists(session));
  if (!known) return [];
  await ensureLedger(databases, options);
  const plans = await transaction(databases, options, (session) => openPlans(session, filter));
  const retried: RetriedTable[] = [];
  for (const plan of plans) {
    const place = { run: plan.run, table: plan.key };
    const explain = (error: unknown) => rejectedRow(error, plan);
    const before: BeforeRetry = {};
    retried.push(
      await transaction(databases, { ...options, place, explain }, (session) =>
        retryTable(session, plan, before, context),
      ),
    );
  }
  return retried;
}

/**
 * What was gathered and never put in place is not wanted in the table; nor are rows of a first try, which
 * the ledger could not tell from others any more.
 */
const plansSql = `
SELECT t.plan
FROM snowmelt.table_ledger t
WHERE t.plan IS NOT NULL AND NOT ${isFirstTry('t')} AND (NOT ${isOfMode('t', 'gathers')} OR t.swapped_at IS NOT NULL)
  AND EXISTS (
    SELECT 1 FROM snowmelt.rejects
    WHERE run_id = t.run_id AND table_key = t.table_key AND state = 'open' AND ${filterSql})
ORDER BY t.prepared_at`;

async function openPlans(session: Session, filter: RejectFilter): Promise<readonly TablePlan[]> {
  const { rows } = await session.query<{ plan: TablePlan }>(plansSql, filterValues(filter));
  return rows.map(({ plan }) => plan);
}

const openSql = `
SELECT id::text FROM snowmelt.rejects
WHERE run_id = $1 AND table_key = $2 AND state = 'open'
ORDER BY rejects.id`;

interface BeforeRetry {
  /** Rows that were open; kept, since an answer may be lost after they went in. */
  open?: number;
}

/** Under the lock of the target's name, which a run that prepares it and another retry wait for. */
async function retryTable(
  session: Session,
  plan: TablePlan,
  before: BeforeRetry,
  { signal, log }: WorkContext,
): Promise<RetriedTable> {
  const { run, key: table, target } = plan;
  await lockTarget(session, plan);
  if (await hasLiveRun(session, target)) {
    return { run, table, target, busy: true, loaded: 0, left: 0 };
  }
  const { rows } = await session.query<{ id: string }>(openSql, [run, table]);
  before.open ??= rows.length;
  const name = quoteTable(target);
  await session.locking(`COPY into ${name}`, () =>
    session.query(`LOCK TABLE ${name} IN ROW EXCLUSIVE MODE`),
  );
  await keysSpeakAtOnce(session, plan);
  const work = { session, table: plan, signal };
  const put = await rejectsOf(plan).again(work);
  const left = await whileSomeGoIn(
    rows.map(({ id }) => id),
    async (ids) => {
      const again = await retryRows(work, ids, put);
      await session.query(loadedSql, [again.loaded]);
      return again.left;
    },
  );
  await allConstraintsSpeak(session, plan);
  const counts = { loaded: before.open - left.length, left: left.length };
  log.info('rejects_retried', { run, table, ...counts });
  return { run, table, target, busy: false, ...counts };
}

const loadedSql = `
UPDATE snowmelt.rejected_rows SET loaded_at = clock_timestamp() WHERE id = ANY ($1)`;

function rejectsOf({ mode, key }: TablePlan): RejectLoad {
  const { rejects } = modes[mode].load;
  if (rejects === undefined)
    throw new RangeError(`${key} was loaded whole: ${mode} keeps no rejects`);
  return rejects;
}
