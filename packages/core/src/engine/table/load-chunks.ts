import type { TablePlan } from '../../contract/table-plan.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';
import { describeError, workChunk } from './work-chunk.ts';

/** How long to leave the store alone while all chunks are in other processes' hands. */
const waitMilliseconds = 500;

/** A wait for other processes' chunks is told after this many pauses, and after as many again. */
const pausesUntold = 60;

export interface LoadOptions {
  readonly workers: number;
  readonly maxTries: number;
}

/**
 * Works the table's chunks until none is left. Throws `RUN.CHUNKS_FAILED` where some failed for
 * good. One refused chunk does not keep the others from being loaded; a failure that every other
 * chunk would share (credentials, a host that is down) ends the table at once.
 */
export async function loadChunks(
  plan: TablePlan,
  run: OpenRun,
  options: LoadOptions,
): Promise<void> {
  const halt = new AbortController();
  const signal = AbortSignal.any([run.context.signal, halt.signal]);
  const pool: Pool = { plan, run, ...options, halt, signal, active: 0, hired: 0, failures: [] };
  await work(pool);
  run.context.signal.throwIfAborted();
  if (halt.signal.aborted && !isSnowmeltError(halt.signal.reason)) throw halt.signal.reason;
  if (pool.failures.length > 0) throw chunksFailed(plan, pool.failures);
  run.lastCall.throwIfAborted();
}

interface Pool extends LoadOptions {
  readonly plan: TablePlan;
  readonly run: OpenRun;
  /** Ends the table's other workers: a bug, or a failure that they would all meet. */
  readonly halt: AbortController;
  readonly signal: AbortSignal;
  readonly failures: SnowmeltError[];
  active: number;
  hired: number;
}

/**
 * One worker. Whoever gets a chunk hires another worker before starting on it, so there are as
 * many as there is work for. One that finds nothing goes home while others of this process are
 * busy: they come back for whatever their chunks bring.
 */
async function work(pool: Pool): Promise<void> {
  const hired: Promise<void>[] = [];
  const name = `${pool.run.owner}/${pool.plan.key}/${pool.hired}`;
  pool.active += 1;
  pool.hired += 1;
  let pauses = 0;
  try {
    for (;;) {
      const answer = await takeChunk(name, pool, hired);
      if (answer === 'done' || (answer === 'wait' && pool.active > 1)) break;
      pauses = answer === 'wait' ? pauses + 1 : 0;
      if (answer === 'wait') await pauseForOthers(pool, pauses);
    }
  } catch (error) {
    if (!pool.signal.aborted) {
      if (isSnowmeltError(error)) pool.failures.push(error);
      pool.halt.abort(error);
    }
  } finally {
    pool.active -= 1;
  }
  await Promise.all(hired);
}

async function pauseForOthers({ plan, run, signal }: Pool, pauses: number): Promise<void> {
  if (pauses % pausesUntold === 0) {
    const seconds = (pauses * waitMilliseconds) / 1000;
    const why = 'all chunks that are left are leased by other processes';
    run.context.log.info('waiting_for_chunks', { table: plan.key, seconds, why });
  }
  await run.context.clock.sleep(waitMilliseconds, signal);
}

async function takeChunk(name: string, pool: Pool, hired: Promise<void>[]) {
  const { plan, run, signal } = pool;
  return run.slots.run(signal, async () => {
    if (run.lastCall.aborted) return 'done';
    const answer = await run.status.lease(run.state.id, plan.key, name);
    if (answer.kind !== 'lease') return answer.kind;
    if (pool.active < pool.workers) hired.push(work(pool));
    const failure = await workChunk(answer.lease, pool, signal);
    if (failure === undefined) return 'worked';
    if (!concernsOneChunk(failure)) throw failure;
    pool.failures.push(failure);
    return 'worked';
  });
}

function concernsOneChunk(failure: SnowmeltError): boolean {
  return failure.retry === 'chunk' || failure.code === 'TARGET.ROW_REJECTED';
}

function chunksFailed(plan: TablePlan, failures: readonly SnowmeltError[]): SnowmeltError {
  const first = failures.find((failure) => !concernsOneChunk(failure)) ?? failures[0];
  if (first === undefined) throw new RangeError('chunksFailed needs a failure');
  if (!concernsOneChunk(first)) return first;
  const count = failures.length === 1 ? 'a chunk' : `${failures.length} chunks`;
  return new SnowmeltError('RUN.CHUNKS_FAILED', `${count} failed: ${describeError(first)}`, {
    cause: first,
    place: { ...first.place, table: plan.key },
    fix: first.fix,
  });
}
