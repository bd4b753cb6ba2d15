import type { Adapters } from '../../contract/adapters.ts';
import type { Source } from '../../contract/source.ts';
import type { RunSummary } from '../../contract/status-store.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import { beginRun, reachBoth } from './begin-run.ts';
import { asFirstTry, limitOf } from './first-try.ts';
import { withinCredits } from './credit-watch.ts';
import { clearStages } from './clear-stages.ts';
import {
  asLeftBy,
  begunWith,
  mergeReports,
  splitWork,
  whatBeginsAnew,
  withEmptied,
} from './go-on.ts';
import { keysPlan } from '../table/keys-plan.ts';
import { leftOutNote, limitedNote } from '../table/left-out.ts';
import { endWithStop } from './end-with-stop.ts';
import { inLoadOrder } from './load-order.ts';
import type { MigrationRequest } from './migration-request.ts';
import type { OpenRun } from '../table/open-run.ts';
import { reportTable, skippedReport } from '../table/report-table.ts';
import type { RunReport, TableReport } from '../table/run-report.ts';
import { isDone, statusOfRun } from './run-status.ts';
import { watchOthers } from './watch-others.ts';
import { createSlots } from '../table/slots.ts';
import { lookAtCompleted } from '../table/still-stands.ts';

/**
 * Moves the tables. Where an earlier run has left something of them, it goes on with that one; what
 * can't be finished there begins anew, in a run of its own, together with all that is healthy (see
 * `splitWork`). Expected failures of a table are in the report; failures of the run as a whole, and
 * bugs, throw.
 */
export async function runMigration(
  request: MigrationRequest,
  given: Adapters,
  context: WorkContext,
): Promise<RunReport> {
  const adapters = { ...given, status: endWithStop(given.status, context.signal) };
  await reachBoth(request.jobs, adapters, context);
  await adapters.status.migrate();
  const { resume, jobs, executionHash } = request;
  if (limitOf(jobs) !== undefined) {
    return runOnce(await asFirstTry(request, adapters.status), adapters, context);
  }
  if (resume.mode === 'run' && jobs.some(({ wildcard }) => wildcard !== undefined)) {
    const begun = begunWith(jobs, await adapters.status.summary(resume.run), context);
    return runOnce({ ...request, jobs: begun }, adapters, context);
  }
  if (resume.mode !== 'auto') return runOnce(request, adapters, context);
  const tables = { executionHash, tables: jobs };
  const earlier = await adapters.status.unfinishedRun(tables, resume.maxAgeHours);
  const anew = { ...request, resume: { mode: 'never' } } as const;
  if (earlier === undefined) return runOnce(anew, adapters, context);
  const begun = { ...request, jobs: begunWith(jobs, earlier, context) };
  return goOn({ request: begun, adapters, context }, earlier);
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
  const run = await beginRun(request, adapters, context);
  await using _present = run.presence;
  await using _watch = watchOthers(run);
  try {
    const { tables, spent, credits } = await runWatched(request, run);
    const report = {
      ...reportRun(run, tables, context.clock.now().getTime() - started.getTime()),
      ...(spent === undefined ? {} : { stoppedBy: spent }),
      ...(credits === undefined ? {} : { credits }),
    };
    const settled = tables.every(isDone);
    if (settled) await releaseSource(run, adapters.source);
    const said = spent === undefined ? undefined : `${spent.code}: ${spent.message}`;
    const error = firstError(tables) ?? said ?? (settled ? noteOf(report) : undefined);
    // Nobody comes soon to go on with what has no credits left.
    const holdSeconds = spent === undefined ? request.holdSeconds : undefined;
    await endRun(run, report, { error, settled, holdSeconds });
    return report;
  } catch (error) {
    const status = isSnowmeltError(error) ? 'partial' : 'failed';
    // The first failure is the one to show, also where the store can't be told of it.
    await run.status.closeRun(run.state.id, status, String(error)).catch(() => undefined);
    throw error;
  }
}

interface RunEnd {
  readonly error: string | undefined;
  readonly settled: boolean;
  readonly holdSeconds: number | undefined;
}

/** All tables, until the run's credits are spent. */
async function runWatched(request: MigrationRequest, run: OpenRun) {
  const { done: tables, watch } = await withinCredits(run, request.maxCredits, (watched) =>
    runTables(request, watched),
  );
  const stopped = tables.some(({ status: ended }) => ended === 'stopped');
  return { tables, spent: stopped ? watch.spent() : undefined, credits: watch.credits() };
}

/** Closes the run, or keeps it for the process that comes next. */
async function endRun(
  { status, state: { id } }: OpenRun,
  report: RunReport,
  { error, settled, holdSeconds }: RunEnd,
): Promise<void> {
  const goesOn = report.stopped && holdSeconds !== undefined;
  if (goesOn && status.sharing !== undefined) await status.sharing.handOver(id, holdSeconds);
  else await status.closeRun(id, report.status, error, settled);
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
  const completed = new Set(done.keys());
  const isCompleted = lookAtCompleted(run, { completed, atOnce: request.parallelThreads });
  const neverAborted = new AbortController().signal;
  const reports = await inLoadOrder(run, async (job) => {
    const summary = done.get(job.key);
    if ((await isCompleted(job)) && summary !== undefined)
      return tellSkipped(run, skippedReport(job, summary));
    return tables.run(neverAborted, () =>
      reportTable(job, run).catch((bug: unknown) => {
        halt.abort(bug);
        throw bug;
      }),
    );
  });
  return reports.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** Whoever follows the run counts its rows as well. */
function tellSkipped({ observer }: OpenRun, report: TableReport): TableReport {
  observer.tableEnded?.(report);
  return report;
}

function reportRun(run: OpenRun, tables: readonly TableReport[], milliseconds: number): RunReport {
  const limit = limitOf(run.jobs);
  return {
    run: run.state.id,
    resumed: run.state.resumed,
    status: statusOfRun(tables, limit),
    stopped: tables.some(({ status }) => status === 'stopped'),
    tables,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    rejected: tables.reduce((sum, { rejected }) => sum + rejected, 0),
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    seconds: milliseconds / 1000,
    ...(limit === undefined ? {} : { limit }),
  };
}

function noteOf({ rejected, tables, limit }: RunReport): string | undefined {
  const left = leftOutNote({ rejected, met: tables.reduce((sum, { met = 0 }) => sum + met, 0) });
  if (limit === undefined) return left;
  return [limitedNote(limit), ...(left === undefined ? [] : [left])].join('; ');
}

function firstError(tables: readonly TableReport[]): string | undefined {
  const error = tables.find((table) => table.error !== undefined)?.error;
  return error === undefined ? undefined : `${error.code}: ${error.message}`;
}

/** What is left at the source costs storage, not correctness: a failure here is only told. */
export async function releaseSource(run: OpenRun, source: Source): Promise<void> {
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
