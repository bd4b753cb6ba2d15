import { randomUUID } from 'node:crypto';

import type { Finding } from '../../contract/finding.ts';
import { loadingOf } from '../../contract/loading-of.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { MergedRows, MissingReceipt, Restart } from '../../contract/target-answers.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';
import { planChunks } from './plan-chunks.ts';
import { planOnce, planOthers } from './plan-once.ts';
import { adoptReceipts, type Reconciled } from './reconcile.ts';
import { tellDisabled } from './tell-indexes.ts';
import type { Verdict } from './verify-table.ts';

/** What `runTable` learned; the report is made of it, also where a later step throws. */
export interface TableTrace {
  plan?: TablePlan;
  loaded?: Reconciled;
  verdict?: Verdict;
  missing?: MissingReceipt;
  merged?: MergedRows;
  readonly notices: string[];
  /** What the target lacks although its rows are in. */
  readonly findings: Finding[];
}

export type BegunAnew = Restart & { readonly cause?: SnowmeltError };

/** Somebody else empties the table while it is loaded, or the source keeps nothing long enough. */
const mostRestarts = 3;

/** Does it once, and anew each time that it says that the table must be begun anew. */
export async function untilReadOnce(
  job: TableJob,
  { run, trace }: { readonly run: OpenRun; readonly trace: TableTrace },
  once: () => Promise<BegunAnew | undefined>,
): Promise<void> {
  for (let begun = 1; ; begun += 1) {
    const restart = await once();
    if (restart === undefined) return;
    trace.notices.push(`begun anew: ${restart.why}`);
    if (begun === mostRestarts) throw restart.cause ?? emptiedAgain(job, restart);
    await beginAnew(job, run, restart);
  }
}

/** All that comes before the first chunk is worked, by this process or another. */
export async function makeReady(
  job: TableJob,
  run: OpenRun,
  trace: TableTrace,
): Promise<{ readonly plan: TablePlan } | { readonly restart: BegunAnew }> {
  const { plan, notices } = await planOnce(job, run);
  trace.plan = plan;
  trace.notices.push(...notices);
  run.observer.tablePlanned?.(plan);

  await planOthers(plan, run);
  const planned = isPlanned(job, run);
  // Not between the emptying of the target and its first row.
  if (!planned && plan.snapshot.pinned) await run.settled(run.context);
  run.lastCall.throwIfAborted();
  if (planned) await refuseForgotten(plan, run);
  const prepared = await loadingOf(run.target).prepare(plan, run.context);
  if (prepared.restart !== undefined) return { restart: prepared.restart };
  if (prepared.indexesDisabled) await tellDisabled(plan.key, run);
  if (!planned) await planChunks(plan, run);
  await adoptReceipts(plan, run);
  await openGate(plan, run);
  return { plan };
}

/** P1: rows of the run whose ledger is gone would be added once more. */
async function refuseForgotten(plan: TablePlan, run: OpenRun): Promise<void> {
  const { tables } = await run.status.summary(run.state.id);
  const loaded = tables.find(({ key }) => key === plan.key)?.rows ?? 0;
  if (loaded > 0) await run.target.standing?.refuseForgotten(plan, run.context);
}

/** From here on other processes may work the chunks; they read at once, and so not before it is settled. */
async function openGate({ key, snapshot }: TablePlan, run: OpenRun): Promise<void> {
  if (run.status.sharing === undefined) return;
  if (snapshot.pinned) await run.settled(run.context);
  await run.status.recordTable(run.state.id, key, { type: 'opened', gate: randomUUID() });
}

/** Plan and chunks of before are of no use: their bounds were those of a table that is no more. */
async function beginAnew(job: TableJob, run: OpenRun, { restarts, why }: Restart): Promise<void> {
  run.context.log.warn('table_begun_anew', { table: job.key, restarts, message: why });
  await run.status.recordTable(run.state.id, job.key, { type: 'restarted' });
  run.plans.delete(job.key);
  run.planning.delete(job.key);
  run.restarts.set(job.key, restarts);
  run.observer.tableBegunAnew?.(job.key);
}

function emptiedAgain({ key, target }: TableJob, { why }: Restart): SnowmeltError {
  const message = `somebody else empties ${target.schema}.${target.name} while it is loaded: ${why}`;
  return new SnowmeltError('RUN.ROWS_CHANGED', message, {
    place: { table: key },
    fix: 'Stop what empties it, then run the same command again.',
  });
}

/** All chunks of the plan are in the store. */
function isPlanned(job: TableJob, run: OpenRun): boolean {
  if (run.restarts.has(job.key)) return false;
  const state = run.state.tables.find(({ key }) => key === job.key);
  if (state === undefined) throw new RangeError(`run ${run.state.id} has no table ${job.key}`);
  return state.planned;
}
