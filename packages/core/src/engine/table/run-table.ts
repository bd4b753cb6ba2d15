import { loadingOf } from '../../contract/loading-of.ts';
import type { Verification } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { ErrorCode } from '../../errors/catalog.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import { removedNotice } from '../decide/decide-missing.ts';
import { leftOut, leftOutFindings } from './left-out.ts';
import { loadChunks } from './load-chunks.ts';
import type { OpenRun } from './open-run.ts';
import { makeReady, untilReadOnce, type BegunAnew, type TableTrace } from './ready-table.ts';
import { compareLedgers, reconcile } from './reconcile.ts';
import { tellRestored } from './tell-indexes.ts';
import { verifyTable } from './verify-table.ts';

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
  await untilReadOnce(job, { run, trace }, () => runOnce(job, run, trace));
}

async function runOnce(
  job: TableJob,
  run: OpenRun,
  trace: TableTrace,
): Promise<BegunAnew | undefined> {
  const tell = run.observer;
  const ready = await makeReady(job, run, trace);
  if ('restart' in ready) return ready.restart;
  const { plan } = ready;

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
  const { missing, merged } = published;
  if (merged !== undefined) trace.merged = merged;
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
    ...(merged === undefined ? {} : { merged }),
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
