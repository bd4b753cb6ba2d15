import type { Adapters } from '../../contract/adapters.ts';
import type { RunId, TableKey } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import type { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { joinRun, sharingOf, type JoinedRun, type JoinRequest } from '../run/join-run.ts';

export interface LoadRequest extends JoinRequest {
  readonly table: TableKey;
  /** Chunks at most. */
  readonly chunks: number;
}

export interface LoadedBatch {
  readonly run: RunId;
  readonly table: TableKey;
  /** Chunks that this call has carried to an end, extracted ones among them. */
  readonly worked: number;
  /** Of these, what is in the target. */
  readonly loaded: { readonly chunks: number; readonly rows: number; readonly bytes: number };
  /** Chunks of the table that have not come to an end, those that others have in hand among them. */
  readonly left: number;
  /** Chunks that this call has failed with for good; `finishRun` tries them again. */
  readonly failed: number;
  /** Another call may do more: this one has worked something, or somebody else has. */
  readonly progress: boolean;
  /** What this process can't do, or `RUN.CREDITS_SPENT`; its chunks were given back. */
  readonly error?: SnowmeltError;
}

/** Milliseconds between two tries while all that is left is in other hands, or being extracted. */
const pause = 1000;

/**
 * Joins a run and works up to so many chunks of a table, until there are no more or `lastCall` says that
 * time is up. May be called again, late, or by several at once: chunks are leased, and loaded once.
 */
export async function loadBatch(
  request: LoadRequest,
  adapters: Adapters,
  context: WorkContext,
): Promise<LoadedBatch> {
  const { run, table } = request;
  const loaded = { chunks: 0, rows: 0, bytes: 0 };
  const { observer = {} } = request;
  const counting: typeof observer = {
    ...observer,
    chunkLoaded(key, chunk) {
      loaded.chunks += 1;
      loaded.rows += chunk.rows;
      loaded.bytes += chunk.bytes;
      observer.chunkLoaded?.(key, chunk);
    },
  };
  await using joined = await joinRun({ ...request, observer: counting }, adapters, context);
  const { worked, failed, error } = await workOrSpend(joined, request, context);
  const open = (await sharingOf(adapters.status).openChunks(run)).find(
    (one) => one.table === table,
  );
  const left = (open?.load ?? 0) + (open?.extract ?? 0);
  const progress = worked > 0 || left === 0;
  const end = error === undefined ? {} : { error };
  return { run, table, worked, loaded, left, failed, progress, ...end };
}

interface Worked {
  readonly worked: number;
  readonly failed: number;
  readonly error?: SnowmeltError;
}

async function workOrSpend(
  joined: JoinedRun,
  request: LoadRequest,
  context: WorkContext,
): Promise<Worked> {
  const tally = { worked: 0, failed: 0 };
  try {
    return await work(joined, { request, tally }, context);
  } catch (error) {
    const spent = joined.spent();
    if (spent === undefined || error !== spent) throw error;
    return { ...tally, error: spent };
  }
}

interface Batch {
  readonly request: LoadRequest;
  /** Counted as it goes. */
  readonly tally: { worked: number; failed: number };
}

/** Waits for what others extract, since that brings chunks; not for chunks that others load. */
async function work(
  joined: JoinedRun,
  { request: { table: key, chunks, lastCall }, tally }: Batch,
  context: WorkContext,
): Promise<Worked> {
  for (;;) {
    const { status, tables } = await joined.look();
    const table = tables.find((one) => one.key === key);
    if (status !== 'running' || table === undefined) return tally;
    const help = await joined.help(table, chunks - tally.worked);
    tally.worked += help?.worked ?? 0;
    tally.failed += help?.failed ?? 0;
    if (help?.failure !== undefined) return { ...tally, error: help.failure };
    const waits = help?.end === 'wait' && tally.worked < chunks && lastCall?.aborted !== true;
    if (!waits) return tally;
    joined.waits(`chunks of ${key} that other processes extract or load`);
    await context.clock.sleep(pause, lastCall).catch(() => undefined);
    context.signal.throwIfAborted();
  }
}
