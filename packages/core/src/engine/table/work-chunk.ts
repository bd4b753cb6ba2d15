import type { ChunkPlan, ChunkStream } from '../../contract/chunk.ts';
import { windowOf } from '../../contract/plan-parts.ts';
import { loadingOf } from '../../contract/loading-of.ts';
import type { Source } from '../../contract/source.ts';
import type { ChunkEvent, Lease } from '../../contract/status-store.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError, type SnowmeltError } from '../../errors/snowmelt-error.ts';
import { backoff } from './backoff.ts';
import { divideUnfinished, piecesOf } from './divide-chunk.ts';
import { keepLease } from './keep-lease.ts';
import { asKeys, planOfChunk } from './keys-plan.ts';
import { loadedRows } from './left-out.ts';
import type { OpenRun } from './open-run.ts';
import { tellChunks } from './plan-chunks.ts';

export interface ChunkWork {
  readonly plan: TablePlan;
  readonly run: OpenRun;
  readonly maxTries: number;
  /** Another process owns the run. */
  readonly helps: boolean;
}

/**
 * Carries one leased chunk to an end: loaded or extracted (returns nothing), failed for good
 * (returns why), or given back because the run stops (throws the stop's reason).
 */
export async function workChunk(
  lease: Lease,
  work: ChunkWork,
  signal: AbortSignal,
): Promise<SnowmeltError | undefined> {
  await using kept = keepLease(lease, work.run, signal);
  const opening: Opening = { opened: undefined };
  for (let tries = lease.retries + 1; ; tries += 1) {
    try {
      const event = await carryOut(lease.chunk, work, { opening, signal: kept.signal });
      await work.run.status.record(lease, event);
      tellEvent(lease, event, work);
      return undefined;
    } catch (error) {
      const trouble = { lease, work, signal, opening, leaseSignal: kept.signal };
      const failure = await judge(error, trouble);
      if (failure === undefined) return undefined;
      if (failure.retry !== 'chunk' || tries >= work.maxTries) {
        await work.run.status.record(lease, endingWith(failure, work));
        return failure;
      }
      await retryLater(lease, failure, { tries, work, signal: kept.signal });
    }
  }
}

/**
 * What every chunk would meet is the owner's to judge: it may be wrong with this machine alone, as a
 * password that only it has, and must not cost the table.
 */
function endingWith(failure: SnowmeltError, { helps }: ChunkWork): ChunkEvent {
  if (helps && !concernsOneChunk(failure)) return { type: 'released' };
  return { type: 'failed', error: describeError(failure) };
}

export function concernsOneChunk(failure: SnowmeltError): boolean {
  return failure.retry === 'chunk' || failure.code === 'TARGET.ROW_REJECTED';
}

/** `CODE: message`, for status rows. */
export function describeError(error: SnowmeltError): string {
  return `${error.code}: ${error.message}`;
}

interface Opening {
  /** As of `Unfinished`. */
  opened: number | undefined;
}

async function carryOut(
  chunk: ChunkPlan,
  work: ChunkWork,
  { opening, signal }: { readonly opening: Opening; readonly signal: AbortSignal },
): Promise<ChunkEvent> {
  const { plan, run } = work;
  const context = { ...run.context, signal };
  const asked = planOfChunk(plan, chunk);
  if (chunk.kind === 'load') {
    const open = async () => {
      const stream = await openAnnounced(asked, chunk, run.source, context);
      opening.opened ??= run.context.clock.monotonic();
      return stream;
    };
    const receipt = await loadingOf(run.target).load(plan, chunk, open, context);
    const pieces = await piecesOf(receipt, { plan: asked, chunk, run }, context);
    return { type: 'loaded', ...loadedRows(receipt), ...(pieces === undefined ? {} : { pieces }) };
  }
  const { extracts } = run.source;
  if (extracts === undefined) throw new TypeError(`${chunk.id}: this source extracts nothing`);
  const files = await Array.fromAsync(extracts.extract(asked, chunk, context));
  const chunks = chunk.of === 'keys' ? files.map(asKeys) : files;
  return { type: 'extracted', chunks };
}

/**
 * P1: what is read of a window of changes is not counted otherwise, so that the announced number is
 * what the target's count is compared with.
 */
async function openAnnounced(
  plan: TablePlan,
  chunk: ChunkPlan,
  source: Source,
  context: WorkContext,
): Promise<ChunkStream> {
  const stream = await source.open(plan, chunk, context);
  if (windowOf(plan) === undefined || stream.expectedRows !== undefined) return stream;
  stream.bytes.destroy();
  throw new TypeError(`the source announces no number of rows for the changes of ${plan.key}`);
}

function tellEvent(lease: Lease, event: ChunkEvent, { plan, run }: ChunkWork): void {
  if (event.type === 'extracted') tellChunks(plan, event.chunks, run);
  if (event.type !== 'loaded' || lease.chunk.of === 'keys') return;
  if (event.pieces !== undefined) {
    // Its rows were announced with it.
    run.observer.chunksAdded?.(plan.key, { count: event.pieces.length - 1, rows: 0 });
    return;
  }
  run.observer.chunkLoaded?.(plan.key, { id: lease.chunk.id, ...loadedRows(event) });
}

interface Trouble {
  readonly lease: Lease;
  readonly work: ChunkWork;
  readonly signal: AbortSignal;
  readonly leaseSignal: AbortSignal;
  readonly opening: Opening;
}

/** The failure with its place; nothing where another worker has the chunk; throws bugs and stops. */
async function judge(error: unknown, trouble: Trouble): Promise<SnowmeltError | undefined> {
  const { lease, work, signal, leaseSignal } = trouble;
  if (signal.aborted) {
    const { chunk } = lease;
    await divideUnfinished({ chunk, plan: work.plan, ...trouble.opening }, work.run);
    // A lost connection must not hide the stop: the lease runs out by itself.
    await work.run.status.record(lease, { type: 'released' }).catch(() => undefined);
    throw signal.reason;
  }
  const cause = leaseSignal.aborted ? leaseSignal.reason : error;
  if (!isSnowmeltError(cause)) throw cause;
  if (cause.code === 'RUN.LEASE_LOST') {
    work.run.context.log.warn('lease_lost', { table: lease.table, chunk: lease.chunk.id });
    return undefined;
  }
  return cause.at({ run: lease.run, table: lease.table, chunk: lease.chunk.id });
}

async function retryLater(
  lease: Lease,
  failure: SnowmeltError,
  { tries, work, signal }: { tries: number; work: ChunkWork; signal: AbortSignal },
): Promise<void> {
  const { run, plan } = work;
  const wait = backoff(tries);
  await run.status.record(lease, { type: 'retried', error: describeError(failure) });
  run.observer.chunkRetried?.(plan.key, lease.chunk.id, failure);
  run.context.log.warn('chunk_retried', {
    table: lease.table,
    chunk: lease.chunk.id,
    code: failure.code,
    message: failure.message,
    wait_ms: wait,
  });
  // A stop or a lost lease during the wait is judged by the next try.
  await run.context.clock.sleep(wait, signal).catch(() => undefined);
}
