import {
  abortRun,
  finishRun,
  loadBatch,
  planRun,
  SnowmeltError,
  type LoadedBatch,
  type PlannedRun,
  type TableJob,
} from '@snowmelt/core';

import type { AbortBody, Answer, LoadBody, PlanBody } from './answer.ts';
import { loadersThatFit } from './loaders-that-fit.ts';
import { answerOf, resumeOf, tellEnd, whenFree } from './migrate-action.ts';
import { contextOf, openAdapters, requestOf } from './open-adapters.ts';
import { recallRuns, watchProgress } from './watch-progress.ts';
import type { Work } from './work.ts';

/**
 * Seconds that a run is kept for its own invocations after the last of them was heard of: more than pauses
 * between them take. Who redrives a failed map later than that finds the run as it was, unless somebody
 * else has taken it.
 */
const holdSeconds = 1800;

/** Some minutes of loading, so that one that fails costs little and few are needed. */
const chunksPerBatch = 20;

/** Opens the run, prepares and chunks its tables, and says what loaders are to be given. */
export async function plan(work: Work, jobs: readonly TableJob[]): Promise<Answer> {
  await using stack = new AsyncDisposableStack();
  const adapters = await openAdapters(work, stack);
  const seen = watchProgress(work, jobs);
  await recallRuns(seen, work, adapters.status);
  const request = {
    ...requestOf(work, jobs),
    observer: work.tracing.observe(seen.observer),
    resume: resumeOf(work.invocation),
    holdSeconds,
    chunksPerBatch,
  };
  const planned = await whenFree(() => planRun(request, adapters, contextOf(work)), work);
  const loaders = await loadersThatFit(work.config, adapters.status, work.mostLoaders);
  return { statusCode: 200, body: planBody(planned, loaders, seen.warnings) };
}

export function planBody(
  { run, resumed, tables, batches }: PlannedRun,
  loaders: number,
  warnings: readonly string[],
): PlanBody {
  const of = (status: string) => tables.filter((table) => table.status === status);
  const failures = of('failed').slice(0, mostFailures);
  return {
    status: 'planned',
    action: 'plan',
    run_id: run,
    resumed,
    tables_ready: of('ready').length,
    tables_later: of('later').length,
    tables_done: of('done').length,
    tables_failed: of('failed').length,
    chunks: tables.reduce((sum, { load, extract }) => sum + load + extract, 0),
    max_concurrency: Math.max(1, Math.min(loaders, batches.length)),
    batches: batches.map((batch) => ({ ...batch })),
    ...(warnings.length === 0 ? {} : { warnings: warnings.slice(0, mostFailures) }),
    ...(failures.length === 0
      ? {}
      : {
          failures: failures.map(({ key, error }) => ({
            table: key,
            error: error?.message.slice(0, longestMessage) ?? '',
            error_type: error?.code ?? '',
          })),
        }),
  };
}

/** An answer is 256 KiB at most, of which the batches may take 200. */
const mostFailures = 20;
const longestMessage = 500;

/** Works a batch: chunks of one table, as many as it says, or as the invocation's time allows. */
export async function load(work: Work, jobs: readonly TableJob[]): Promise<Answer> {
  const { batch } = work.invocation;
  if (batch === undefined) throw unusable('load needs a "batch", as the answer to plan lists them');
  await using stack = new AsyncDisposableStack();
  const adapters = await openAdapters(work, stack);
  const seen = watchProgress(work, jobs);
  work.telemetry.ofRun(batch.run);
  const { run, table, chunks } = batch;
  const request = { ...requestOf(work, jobs), observer: seen.observer, run, table, chunks };
  const loaded = await loadBatch(request, adapters, contextOf(work));
  work.telemetry.measureBatch(loaded.loaded);
  const { error } = loaded;
  // Nobody else loads more either, and `finish` says what is left, and why.
  if (error !== undefined && error.code !== 'RUN.CREDITS_SPENT') throw error;
  return { statusCode: 200, body: loadBody(loaded, work) };
}

/** Another call helps where this one was ended by its time alone. */
function loadBody(
  { run, table, loaded, left, failed, worked, error }: LoadedBatch,
  work: Work,
): LoadBody {
  const again = error === undefined && work.deadline.lastCall.aborted && left > 0 && worked > 0;
  return {
    status: again || error !== undefined ? 'partial' : 'completed',
    action: 'load',
    run_id: run,
    table,
    chunks_worked: worked,
    chunks_loaded: loaded.chunks,
    chunks_failed: failed,
    chunks_left: left,
    rows_loaded: loaded.rows,
    needs_retry: again,
    ...(error === undefined ? {} : { error: error.message, error_type: error.code }),
  };
}

/** Loads what no batch has, compares, publishes and closes the run: the answer is that of `migrate`. */
export async function finish(work: Work, jobs: readonly TableJob[]): Promise<Answer> {
  const run = runOf(work);
  await using stack = new AsyncDisposableStack();
  const adapters = await openAdapters(work, stack);
  const seen = watchProgress(work, jobs);
  await recallRuns(seen, work, adapters.status);
  const observer = work.tracing.observe(seen.observer);
  const request = { ...requestOf(work, jobs), observer, run, holdSeconds };
  const started = performance.now();
  const report = await whenFree(() => finishRun(request, adapters, contextOf(work)), work);
  await tellEnd(work, report);
  const stored = await adapters.status.summary(report.run);
  return answerOf(work, { outcome: { jobs, report, stored }, seen, started, action: 'finish' });
}

/** Ends the run: it is closed as failed, its tables are free, and what it has unloaded goes. */
export async function abort(work: Work, jobs: readonly TableJob[]): Promise<Answer> {
  const run = runOf(work);
  await using stack = new AsyncDisposableStack();
  const adapters = await openAdapters(work, stack);
  const why = work.invocation.why ?? 'the execution has asked for it';
  const { lastCall: _none, ...request } = requestOf(work, jobs);
  const { aborted } = await abortRun({ ...request, run, why }, adapters, contextOf(work));
  const message = aborted ? 'The run is ended.' : 'The run had ended before.';
  const body: AbortBody = { status: 'aborted', action: 'abort', run_id: run, message };
  return { statusCode: 200, body };
}

function runOf({ invocation: { action, run } }: Work): string {
  if (run === undefined) throw unusable(`${action} needs a "run_id", as the answer to plan has it`);
  return run;
}

function unusable(message: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', message, {
    fix: 'Send an event as docs/guides/aws.md lists them; statemachines/distributed.asl.json does.',
  });
}
