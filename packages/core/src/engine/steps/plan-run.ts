import type { Adapters } from '../../contract/adapters.ts';
import type { OpenChunks } from '../../contract/sharing.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { RunId, TableKey } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError, type SnowmeltError } from '../../errors/snowmelt-error.ts';
import { beginRun, reachBoth } from '../run/begin-run.ts';
import { withinCredits } from '../run/credit-watch.ts';
import { splitWork } from '../run/go-on.ts';
import { sharingOf } from '../run/join-run.ts';
import { loadOrder } from '../run/load-order.ts';
import type { MigrationRequest } from '../run/migration-request.ts';
import type { OpenRun } from '../table/open-run.ts';
import { makeReady, untilReadOnce } from '../table/ready-table.ts';
import { contextOf, recordFailure } from '../table/report-table.ts';
import { createSlots } from '../table/slots.ts';
import { lookAtCompleted } from '../table/still-stands.ts';
import { batchesOf, type BatchRef } from './batches.ts';

export interface PlanRequest extends Omit<MigrationRequest, 'holdSeconds'> {
  /** For how long the run is kept for its next process after the last sign of life of any. */
  readonly holdSeconds: number;
  /** Chunks that a batch aims at. */
  readonly chunksPerBatch: number;
}

export interface PlannedTable {
  readonly key: TableKey;
  /**
   * `ready`: its chunks can be loaded by `loadBatch`. `later`: by `finishRun`, since it waits for
   * tables that its foreign keys lead to, or time was up. `done`: completed before. `failed`:
   * `finishRun` tries it again.
   */
  readonly status: 'ready' | 'later' | 'done' | 'failed';
  /** Chunks to load and to extract that are left; what is extracted brings more. */
  readonly load: number;
  readonly extract: number;
  readonly error?: SnowmeltError;
}

export interface PlannedRun {
  readonly run: RunId;
  readonly resumed: boolean;
  readonly tables: readonly PlannedTable[];
  /** In any order and at once; fits into 200 KiB of JSON. */
  readonly batches: readonly BatchRef[];
}

/**
 * The first step of a run that is worked by processes of a short life: opens it, prepares its tables,
 * plans their chunks, and keeps it for `loadBatch`, `finishRun` and `abortRun` of other processes.
 */
export async function planRun(
  request: PlanRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<PlannedRun> {
  const sharing = sharingOf(adapters.status);
  await reachBoth(request.jobs, adapters, context);
  await adapters.status.migrate();
  const run = await beginRun(await chosen(request, adapters), adapters, context);
  await using _present = run.presence;
  const { id, resumed } = run.state;
  try {
    const { done: tables } = await withinCredits(run, request.maxCredits, (watched) =>
      makeTablesReady(request, watched),
    );
    const open = await sharing.openChunks(id);
    const ready = new Set(tables.filter(({ status }) => status === 'ready').map(({ key }) => key));
    const shared = open.flatMap((one) => {
      const plan = run.plans.get(one.table);
      return ready.has(one.table) && plan !== undefined ? [{ ...one, plan }] : [];
    });
    await sharing.handOver(id, request.holdSeconds);
    const batches = batchesOf(id, shared, request.chunksPerBatch);
    return { run: id, resumed, batches, tables: tables.map((table) => withCounts(table, open)) };
  } catch (error) {
    await run.status.closeRun(id, 'partial', String(error)).catch(() => undefined);
    throw error;
  }
}

/**
 * `auto` goes on with an unfinished run, unless some of it is lost: then all begins anew but what a new
 * run must not load again. Two runs of one command, as `runMigration` makes, can't be handed over.
 */
async function chosen(request: PlanRequest, { status }: Adapters): Promise<MigrationRequest> {
  const { resume, jobs, executionHash } = request;
  if (resume.mode !== 'auto') return request;
  const earlier = await status.unfinishedRun({ executionHash, tables: jobs }, resume.maxAgeHours);
  if (earlier === undefined) return { ...request, resume: { mode: 'never' } };
  const { lost, kept } = splitWork(jobs, earlier);
  if (lost.length === 0) return { ...request, resume: { mode: 'run', run: earlier.id } };
  return {
    ...request,
    jobs: jobs.filter(({ key }) => !kept.has(key)),
    carried: jobs.filter(({ key }) => kept.has(key)),
    resume: { mode: 'never' },
  };
}

type Made = Omit<PlannedTable, 'load' | 'extract'>;

async function makeTablesReady(request: PlanRequest, run: OpenRun): Promise<readonly Made[]> {
  const order = await loadOrder(run);
  const slots = createSlots(request.parallelThreads);
  const { signal } = run.context;
  const done = run.state.tables.filter(({ status }) => status === 'completed');
  const completed = new Set(done.map(({ key }) => key));
  const isDone = lookAtCompleted(run, { completed, atOnce: request.parallelThreads });
  const made = await Promise.allSettled(
    run.jobs.map((job) =>
      slots.run(signal, async () => {
        if (await isDone(job)) return { key: job.key, status: 'done' } as const;
        if ((order.get(job.key) ?? []).length > 0)
          return { key: job.key, status: 'later' } as const;
        return makeTableReady(job, run);
      }),
    ),
  );
  return made.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

async function makeTableReady(job: TableJob, open: OpenRun): Promise<Made> {
  const { key } = job;
  const run = { ...open, context: contextOf(job, open) };
  const trace = { notices: [], findings: [] };
  run.observer.tableStarted?.(key);
  try {
    run.lastCall.throwIfAborted();
    await untilReadOnce(job, { run, trace }, async () => {
      const ready = await makeReady(job, run, trace);
      return 'restart' in ready ? ready.restart : undefined;
    });
    return { key, status: 'ready' };
  } catch (error) {
    run.context.signal.throwIfAborted();
    if (run.lastCall.aborted && error === run.lastCall.reason) return { key, status: 'later' };
    if (!isSnowmeltError(error)) throw error;
    const failure = error.at({ run: run.state.id, table: key });
    await recordFailure(job, run, failure);
    return { key, status: 'failed', error: failure };
  }
}

function withCounts(table: Made, open: readonly OpenChunks[]): PlannedTable {
  const { load = 0, extract = 0 } = open.find((one) => one.table === table.key) ?? {};
  return { ...table, load, extract };
}
