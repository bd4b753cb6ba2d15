import type { Adapters } from '../../contract/adapters.ts';
import type { Source } from '../../contract/source.ts';
import type { RunRequest, RunSummary } from '../../contract/status-store.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import { clearStages } from './clear-stages.ts';
import { describeTogether } from '../decide/describe-together.ts';
import { asLeftBy, mergeReports, splitWork, whatBeginsAnew, withEmptied } from './go-on.ts';
import { keysPlan } from '../table/keys-plan.ts';
import { leftOutNote } from '../table/left-out.ts';
import { loadOrder } from './load-order.ts';
import { planFormat } from './plan-format.ts';
import { bePresent, signOfThisProcess, type Presence } from '../table/presence.ts';
import type { OpenRun } from '../table/open-run.ts';
import { reportTable, skippedReport } from '../table/report-table.ts';
import type { RunObserver, RunReport, TableReport } from '../table/run-report.ts';
import { isDone, statusOf } from './run-status.ts';
import { pinRun, settledSource } from '../table/settle-snapshot.ts';
import { createSlots } from '../table/slots.ts';

export interface MigrationRequest {
  readonly jobs: readonly TableJob[];
  /** Tables that the run counts as completed, since an earlier one has: nothing is done with them. */
  readonly carried?: readonly TableJob[];
  readonly configHash: string;
  readonly executionHash: string;
  readonly resume: RunRequest['resume'];
  /** Chunks in flight in this process, over all tables. */
  readonly parallelThreads: number;
  /**
   * Milliseconds after the pin before anything is read at the snapshot point, so that commits that
   * were under way are seen; 0 only for a source that shows a commit at its very instant.
   */
  readonly snapshotDelay: number;
  readonly observer?: RunObserver;
  /** Of the program, for those who look at the run's processes. */
  readonly version?: string;
  /**
   * Once aborted, nothing new is begun: chunks in flight are carried to their end, and tables with
   * work left end as `stopped`. Absent: only the context's signal ends a run, at once.
   */
  readonly lastCall?: AbortSignal;
  /**
   * A stop leaves the source at work on what takes long: another process comes soon and goes on with it.
   * Absent: a stop cancels it.
   */
  readonly leavesStatements?: boolean;
}

/**
 * Moves the tables. Where an earlier run has left something of them, it goes on with that one; what
 * can't be finished there begins anew, in a run of its own, together with all that is healthy (see
 * `splitWork`). Expected failures of a table are in the report; failures of the run as a whole, and
 * bugs, throw.
 */
export async function runMigration(
  request: MigrationRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<RunReport> {
  await reachBoth(request.jobs, adapters, context);
  await adapters.status.migrate();
  const { resume, jobs, executionHash } = request;
  if (resume.mode !== 'auto') return runOnce(request, adapters, context);
  const tables = { executionHash, tables: jobs };
  const earlier = await adapters.status.unfinishedRun(tables, resume.maxAgeHours);
  if (earlier === undefined)
    return runOnce({ ...request, resume: { mode: 'never' } }, adapters, context);
  return goOn({ request, adapters, context }, earlier);
}

interface Migration {
  readonly request: MigrationRequest;
  readonly adapters: Adapters;
  readonly context: WorkContext;
}

async function goOn(
  { request, adapters, context }: Migration,
  earlier: RunSummary,
): Promise<RunReport> {
  const work = splitWork(request.jobs, earlier);
  const resume = { mode: 'run', run: earlier.id } as const;
  const first =
    work.goOn.length === 0
      ? undefined
      : await runOnce({ ...request, jobs: work.goOn, resume }, adapters, context);
  const anew = first?.stopped === true ? [] : whatBeginsAnew(work, first?.tables ?? []);
  if (first !== undefined && anew.length === 0) return first;
  const jobs = await withEmptied(request.jobs, anew, { target: adapters.target, context });
  context.log.info('begun_anew', { earlier_run: earlier.id, tables: jobs.map(({ key }) => key) });
  const carried = request.jobs.filter((job) => work.kept.has(job.key) && !jobs.includes(job));
  const begun = {
    ...request,
    jobs: jobs.map(asLeftBy(earlier)),
    carried,
    resume: { mode: 'never' },
  } as const;
  const second = await runOnce(begun, adapters, context);
  return mergeReports(request.jobs, { earlier, first, second });
}

/** One run: opens it, or goes on with the one that was stopped, and ends it. */
async function runOnce(
  request: MigrationRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<RunReport> {
  const started = context.clock.now();
  const run = await openRun(request, adapters, context);
  await using _present = run.presence;
  try {
    const tables = await runTables(request, run);
    const report = reportRun(run, tables, context.clock.now().getTime() - started.getTime());
    const settled = tables.every(isDone);
    if (settled) await releaseSource(run, adapters.source);
    const error = firstError(tables) ?? (settled ? noteOf(report) : undefined);
    await run.status.closeRun(run.state.id, report.status, error, settled);
    return report;
  } catch (error) {
    const status = isSnowmeltError(error) ? 'partial' : 'failed';
    // The first failure is the one to show, also where the store can't be told of it.
    await run.status.closeRun(run.state.id, status, String(error)).catch(() => undefined);
    throw error;
  }
}

async function openRun(
  request: MigrationRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<OpenRun> {
  const { observer = {}, carried = [] } = request;
  const sign = signOfThisProcess(request.version);
  const owner = sign.id;
  const state = await adapters.status.openRun({
    configHash: request.configHash,
    executionHash: request.executionHash,
    sourceNames: [...new Set(request.jobs.map(({ sourceName }) => sourceName))],
    tables: [...request.jobs, ...carried],
    owner,
    planFormat,
    resume: request.resume,
  });
  let presence: Presence | undefined;
  try {
    presence = await bePresent(state.id, sign, { ...adapters, context });
    for (const { key } of carried) {
      await adapters.status.recordTable(state.id, key, { type: 'completed' });
    }
    const settling = { delay: request.snapshotDelay, observer };
    const pinned = await pinRun(state, adapters, settling, context);
    observer.runOpened?.({ id: state.id, resumed: state.resumed, snapshot: pinned.snapshot.at });
    const slots = createSlots(request.parallelThreads);
    const kept = state.tables.flatMap(({ key, plan }) =>
      plan === undefined ? [] : [{ key, plan }],
    );
    const plans = new Map(kept.map(({ key, plan }) => [key, plan]));
    const { jobs } = request;
    const planning: OpenRun['planning'] = new Map();
    const restarts: OpenRun['restarts'] = new Map();
    const source = settledSource(adapters.source, pinned.settled);
    const unplanned = jobs.filter(({ key }) => !plans.has(key)).map((job) => job.source);
    const describeSource = describeTogether(source, unplanned, context);
    const { lastCall = new AbortController().signal, leavesStatements = false } = request;
    const open = { leavesStatements, slots, jobs, planning, restarts, describeSource };
    const here = { owner, presence, context, observer, lastCall, ...open };
    return { ...adapters, source, state, ...pinned, plans, ...here };
  } catch (error) {
    await presence?.[Symbol.asyncDispose]();
    await adapters.status.closeRun(state.id, 'partial', String(error)).catch(() => undefined);
    throw error;
  }
}

/** Before anything is written anywhere: a wrong password must leave no trace but its message. */
async function reachBoth(
  jobs: readonly TableJob[],
  { source, target }: Adapters,
  context: WorkContext,
): Promise<void> {
  const databases = new Set(jobs.map((job) => job.target.database));
  const pings = await Promise.allSettled([
    source.ping(context),
    ...[...databases].map((database) => target.ping(database, context)),
  ]);
  const failed = pings.find((ping) => ping.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** As many tables side by side as chunks may be in flight. A bug in one stops the others. */
async function runTables(
  request: MigrationRequest,
  open: OpenRun,
): Promise<readonly TableReport[]> {
  const halt = new AbortController();
  const signal = AbortSignal.any([open.context.signal, halt.signal]);
  const run = { ...open, context: { ...open.context, signal } };
  const tables = createSlots(request.parallelThreads);
  const before = run.state.resumed ? await run.status.summary(run.state.id) : undefined;
  const done = new Map(
    before?.tables.flatMap((table) => (table.status === 'completed' ? [[table.key, table]] : [])),
  );
  const neverAborted = new AbortController().signal;
  const reports = await inLoadOrder(run, (job) =>
    tables.run(neverAborted, async () => {
      const completed = done.get(job.key);
      if (completed !== undefined) return skippedReport(job, completed);
      return reportTable(job, run).catch((bug: unknown) => {
        halt.abort(bug);
        throw bug;
      });
    }),
  );
  return reports.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** A table begins when those that its foreign keys lead to have ended, well or not. */
async function inLoadOrder(
  run: OpenRun,
  begin: (job: TableJob) => Promise<TableReport>,
): Promise<readonly PromiseSettledResult<TableReport>[]> {
  const order = await loadOrder(run);
  const ends = new Map(run.jobs.map(({ key }) => [key, Promise.withResolvers<void>()]));
  const reports = run.jobs.map(async (job) => {
    try {
      const waits = order.get(job.key) ?? [];
      await Promise.all(waits.flatMap((key) => ends.get(key)?.promise ?? []));
      return await begin(job);
    } finally {
      ends.get(job.key)?.resolve();
    }
  });
  return Promise.allSettled(reports);
}

function reportRun(run: OpenRun, tables: readonly TableReport[], milliseconds: number): RunReport {
  return {
    run: run.state.id,
    resumed: run.state.resumed,
    status: statusOf(tables),
    stopped: tables.some(({ status }) => status === 'stopped'),
    tables,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    rejected: tables.reduce((sum, { rejected }) => sum + rejected, 0),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: milliseconds / 1000,
  };
}

function noteOf({ rejected, tables }: RunReport): string | undefined {
  return leftOutNote({ rejected, met: tables.reduce((sum, { met = 0 }) => sum + met, 0) });
}

function firstError(tables: readonly TableReport[]): string | undefined {
  const error = tables.find((table) => table.error !== undefined)?.error;
  return error === undefined ? undefined : `${error.code}: ${error.message}`;
}

/** What is left at the source costs storage, not correctness: a failure here is only told. */
async function releaseSource(run: OpenRun, source: Source): Promise<void> {
  try {
    const plans = [...run.plans.values()].flatMap((plan) => [plan, keysPlan(plan) ?? []].flat());
    await source.extracts?.release(run.state.id, plans, run.context);
    // What earlier runs have left in the same places, that nobody came back to.
    const unloaded = plans.filter(({ extract }) => extract === 'unload').map(({ key }) => key);
    const jobs = run.jobs.filter(({ key }) => unloaded.includes(key));
    await clearStages(jobs, { ...run, source }, { dryRun: false });
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    run.context.log.warn('release_failed', { code: error.code, message: error.message });
  }
}
