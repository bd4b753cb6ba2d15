import type { Finding } from '../../contract/finding.ts';
import { loadingOf } from '../../contract/loading-of.ts';
import type { Verification } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { MissingReceipt, Restart } from '../../contract/target-answers.ts';
import type { ErrorCode } from '../../errors/catalog.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import { removedNotice } from '../decide/decide-missing.ts';
import { leftOut, leftOutFindings } from './left-out.ts';
import { loadChunks } from './load-chunks.ts';
import type { OpenRun } from './open-run.ts';
import { planChunks } from './plan-chunks.ts';
import { planOnce, planOthers } from './plan-once.ts';
import { adoptReceipts, compareLedgers, reconcile, type Reconciled } from './reconcile.ts';
import { tellDisabled, tellRestored } from './tell-indexes.ts';
import { type Verdict, verifyTable } from './verify-table.ts';

/** What `runTable` learned; the report is made of it, also where a later step throws. */
export interface TableTrace {
  plan?: TablePlan;
  loaded?: Reconciled;
  verdict?: Verdict;
  missing?: MissingReceipt;
  readonly notices: string[];
  /** What the target lacks although its rows are in. */
  readonly findings: Finding[];
}

/**
 * The whole way of a table. Each step may have been done before, by a process that is gone: each
 * looks at what the status store or the target's ledger has, and does what is left.
 *
 * - describe source and target, decide the plan, keep it (`planOnce`)
 * - wait, once a run, until its snapshot point is settled
 * - prepare the target: create what is missing, empty it once a run
 * - plan the chunks, which together are the table at the run's snapshot point
 * - adopt what the target's ledger already has
 * - lease → open → load → record, by N workers: source to COPY as one stream of bytes, the chunk's
 *   ledger row in the same transaction (`loadChunks`, `workChunk`)
 * - compare the status store with the ledger, and reconcile the counts of ledger and source
 * - publish: what comes after the last chunk, as the indexes that were dropped for the load, and
 *   the rows that the source lacks (`delete_missing`; its keys are chunks among the others)
 * - verify, when asked
 *
 * Where the target says that rows of the run are gone from it, or the source that it does not keep
 * what they were to be read from, all of this begins anew.
 */
export async function runTable(job: TableJob, run: OpenRun, trace: TableTrace): Promise<void> {
  for (let begun = 1; ; begun += 1) {
    const restart = await runOnce(job, run, trace);
    if (restart === undefined) return;
    trace.notices.push(`begun anew: ${restart.why}`);
    if (begun === mostRestarts) throw restart.cause ?? emptiedAgain(job, restart);
    await beginAnew(job, run, restart);
  }
}

/** Somebody else empties the table while it is loaded, or the source keeps nothing long enough. */
const mostRestarts = 3;

type BegunAnew = Restart & { readonly cause?: SnowmeltError };

async function runOnce(
  job: TableJob,
  run: OpenRun,
  trace: TableTrace,
): Promise<BegunAnew | undefined> {
  const tell = run.observer;
  const { plan, notices } = await planOnce(job, run);
  trace.plan = plan;
  trace.notices.push(...notices);
  tell.tablePlanned?.(plan);

  await planOthers(plan, run);
  const planned = isPlanned(job, run);
  // Not between the emptying of the target and its first row.
  if (!planned && plan.snapshot.pinned) await run.settled(run.context);
  run.lastCall.throwIfAborted();
  const prepared = await loadingOf(run.target).prepare(plan, run.context);
  if (prepared.restart !== undefined) return prepared.restart;
  if (prepared.indexesDisabled) await tellDisabled(plan.key, run);
  if (!planned) await planChunks(plan, run);
  await adoptReceipts(plan, run);

  tell.tablePhase?.(plan.key, 'loading');
  const expired = await loadAll(plan, job, run);
  if (expired !== undefined) return expired;

  tell.tablePhase?.(plan.key, 'reconciling');
  trace.loaded = await reconcile(plan, job.verify, run);

  tell.tablePhase?.(plan.key, 'publishing');
  const published = await loadingOf(run.target).publish(plan, run.context);
  if (published.restart !== undefined) return published.restart;
  trace.findings.push(...(published.findings ?? []));
  await tellRestored(published, run);
  const { missing } = published;
  if (missing !== undefined) {
    trace.missing = missing;
    trace.notices.push(removedNotice(missing));
  }

  tell.tablePhase?.(plan.key, 'verifying');
  trace.verdict = await verifyTable(plan, job.verify, trace.loaded, run);
  trace.notices.push(...trace.verdict.notices);

  const left = { ...trace.loaded, met: Math.max(trace.loaded.met ?? 0, missing?.met ?? 0) };
  trace.findings.push(...leftOutFindings(plan.target, left));
  trace.loaded = { ...trace.loaded, ...leftOut({ met: left.met }) };
  await run.status.recordTable(run.state.id, plan.key, {
    type: 'completed',
    ...(missing === undefined ? {} : { missing }),
    ...leftOut(left),
    ...given(trace.verdict.verification),
  });
  return undefined;
}

function given(verification: Verification | undefined) {
  return verification === undefined ? {} : { verification };
}

const mendedAnew: ReadonlySet<ErrorCode> = new Set(['SOURCE.RESULT_EXPIRED', 'RUN.COUNT_MISMATCH']);

/**
 * All chunks, or what follows where the source does not keep what they are read from, or the status
 * store has some for loaded that are not.
 */
async function loadAll(
  plan: TablePlan,
  job: TableJob,
  run: OpenRun,
): Promise<BegunAnew | undefined> {
  try {
    const { parallelThreads: workers, maxRetryAttempts: maxTries } = job;
    await loadChunks(plan, run, { workers, maxTries });
    await compareLedgers(plan, run);
    return undefined;
  } catch (error) {
    if (!isSnowmeltError(error) || !mendedAnew.has(error.code)) throw error;
    const restart = await loadingOf(run.target).restart(plan, error.message, run.context);
    return { ...restart, cause: error };
  }
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
