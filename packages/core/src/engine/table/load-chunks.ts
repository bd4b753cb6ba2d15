import type { FailedChunks, LeaseAnswer } from '../../contract/status-store.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import { isErrorCode } from '../../errors/catalog.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { OpenRun } from './open-run.ts';
import { concernsOneChunk, describeError, workChunk } from './work-chunk.ts';

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
  const pool = await workAll(plan, run, { ...options, most: Number.POSITIVE_INFINITY });
  if (pool.failures.length > 0) throw chunksFailed(plan, pool.failures);
  run.lastCall.throwIfAborted();
  if (pool.elsewhere !== undefined) throw failedElsewhere(plan, pool.elsewhere);
}

export interface PoolOptions extends LoadOptions {
  /** Of a run that another process owns: under which that one has made the table ready. */
  readonly gate?: string;
  /** Chunks at most. */
  readonly most: number;
}

export async function workAll(plan: TablePlan, run: OpenRun, options: PoolOptions): Promise<Pool> {
  const halt = new AbortController();
  const signal = AbortSignal.any([run.context.signal, halt.signal]);
  const counts = { active: 0, hired: 0, taken: 0, worked: 0 };
  const pool: Pool = { plan, run, ...options, halt, signal, failures: [], ...counts };
  await work(pool);
  run.context.signal.throwIfAborted();
  if (halt.signal.aborted && !isSnowmeltError(halt.signal.reason)) throw halt.signal.reason;
  return pool;
}

interface Pool extends PoolOptions {
  readonly plan: TablePlan;
  readonly run: OpenRun;
  /** Ends the table's other workers: a bug, or a failure that they would all meet. */
  readonly halt: AbortController;
  readonly signal: AbortSignal;
  readonly failures: SnowmeltError[];
  active: number;
  hired: number;
  taken: number;
  worked: number;
  /** What was last found instead of a chunk. */
  end?: NoLease['kind'];
  /** Chunks that other processes have failed with. */
  elsewhere?: FailedChunks;
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
      if (answer === 'nothing' || (answer === 'wait' && pool.active > 1)) break;
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
  run.presence.waits(`chunks of ${plan.key} that other processes have`);
  await run.context.clock.sleep(waitMilliseconds, signal).finally(() => {
    run.presence.waits(undefined);
  });
}

async function takeChunk(name: string, pool: Pool, hired: Promise<void>[]) {
  const { plan, run, signal } = pool;
  return run.slots.run(signal, async () => {
    if (run.lastCall.aborted || pool.taken >= pool.most) return 'nothing';
    run.circuit.throwIfOpen(plan.key);
    pool.taken += 1;
    const answer = await run.status.lease(run.state.id, plan.key, name, pool.gate);
    if (answer.kind !== 'lease') {
      pool.taken -= 1;
      return nothingTaken(answer, pool);
    }
    if (pool.active < pool.workers) hired.push(work(pool));
    const failure = await workChunk(
      answer.lease,
      { ...pool, helps: pool.gate !== undefined },
      signal,
    );
    if (failure === undefined) {
      pool.worked += 1;
      run.circuit.loaded(plan.key);
      return 'worked';
    }
    run.circuit.failed(plan.key, failure);
    if (!concernsOneChunk(failure)) throw failure;
    pool.failures.push(failure);
    return 'worked';
  });
}

type NoLease = Exclude<LeaseAnswer, { kind: 'lease' }>;

/** The owner waits for what others have in hand; a helper leaves that to it. */
function nothingTaken(answer: NoLease, pool: Pool): 'wait' | 'nothing' {
  pool.end = answer.kind;
  if (answer.kind === 'done' && answer.failed !== undefined) pool.elsewhere = answer.failed;
  return answer.kind === 'wait' && pool.gate === undefined ? 'wait' : 'nothing';
}

function failedElsewhere(plan: TablePlan, failed: FailedChunks): SnowmeltError {
  const place = { table: plan.key, chunk: failed.chunk };
  const [, code = '', message = ''] = /^([A-Z]+\.[A-Z_]+): (.*)$/su.exec(failed.error) ?? [];
  if (isErrorCode(code)) {
    return chunksFailed(plan, [new SnowmeltError(code, message, { place })], failed.count);
  }
  const told = `${failed.count} chunks failed in other processes: ${failed.error}`;
  return new SnowmeltError('RUN.CHUNKS_FAILED', told, { place });
}

function chunksFailed(
  plan: TablePlan,
  failures: readonly SnowmeltError[],
  chunks = failures.length,
): SnowmeltError {
  const first = failures.find((failure) => !concernsOneChunk(failure)) ?? failures[0];
  if (first === undefined) throw new RangeError('chunksFailed needs a failure');
  if (!concernsOneChunk(first)) return first;
  const count = chunks === 1 ? 'a chunk' : `${chunks} chunks`;
  return new SnowmeltError('RUN.CHUNKS_FAILED', `${count} failed: ${describeError(first)}`, {
    cause: first,
    place: { ...first.place, table: plan.key },
    fix: first.fix,
  });
}
