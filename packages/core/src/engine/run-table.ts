import type { TablePlan } from '../contract/table-plan.ts';
import type { Finding, MissingReceipt } from '../contract/target.ts';
import { removedNotice } from './decide-missing.ts';
import { loadChunks } from './load-chunks.ts';
import type { OpenRun } from './open-run.ts';
import { planChunks } from './plan-chunks.ts';
import { planOnce, planOthers } from './plan-once.ts';
import { rejectedFindings } from './rejected-findings.ts';
import { adoptReceipts, reconcile, type Reconciled } from './reconcile.ts';
import type { TableJob } from './table-job.ts';
import { tellDisabled, tellRestored } from './tell-indexes.ts';
import { verifyTable, type Verdict } from './verify-table.ts';

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
 * - reconcile the counts of source, ledger and status store
 * - publish: what comes after the last chunk, as the indexes that were dropped for the load, and
 *   the rows that the source lacks (`delete_missing`; its keys are chunks among the others)
 * - verify, when asked
 */
export async function runTable(job: TableJob, run: OpenRun, trace: TableTrace): Promise<void> {
  const tell = run.observer;
  const { plan, notices } = await planOnce(job, run);
  trace.plan = plan;
  trace.notices.push(...notices);
  tell.tablePlanned?.(plan);

  await planOthers(plan, run);
  const { planned } = stateOf(job, run);
  // Not between the emptying of the target and its first row.
  if (!planned && plan.snapshot.pinned) await run.settled(run.context);
  const prepared = await run.target.prepare(plan, run.context);
  if (prepared.indexesDisabled) await tellDisabled(plan.key, run);
  if (!planned) await planChunks(plan, run);
  await adoptReceipts(plan, run);

  tell.tablePhase?.(plan.key, 'loading');
  await loadChunks(plan, run, { workers: job.parallelThreads, maxTries: job.maxRetryAttempts });

  tell.tablePhase?.(plan.key, 'reconciling');
  trace.loaded = await reconcile(plan, job.verify, run);

  tell.tablePhase?.(plan.key, 'publishing');
  const published = await run.target.publish(plan, run.context);
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

  const { rejected } = trace.loaded;
  trace.findings.push(...rejectedFindings(plan.target, rejected));
  await run.status.recordTable(run.state.id, plan.key, {
    type: 'completed',
    ...(missing === undefined ? {} : { missing }),
    ...(rejected === 0 ? {} : { rejected }),
  });
}

function stateOf(job: TableJob, run: OpenRun) {
  const state = run.state.tables.find(({ key }) => key === job.key);
  if (state === undefined) throw new RangeError(`run ${run.state.id} has no table ${job.key}`);
  return state;
}
