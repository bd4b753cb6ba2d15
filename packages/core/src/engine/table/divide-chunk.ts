import type { ChunkPlan, LoadReceipt } from '../../contract/chunk.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import type { WorkContext } from '../../contract/work-context.ts';
import { isSnowmeltError } from '../../errors/snowmelt-error.ts';
import { asKeys } from './keys-plan.ts';
import type { OpenRun } from './open-run.ts';

/** Of one that is still too long, each is divided again. */
const pieces = 8;

/** Milliseconds that the end of a process has for it. */
const patience = 5000;

export interface Unfinished {
  readonly chunk: ChunkPlan;
  readonly plan: TablePlan;
  /**
   * When its source was open, by `clock.monotonic`. Absent: it never was, as behind a lock, or while the
   * source works at its statement, which is found again.
   */
  readonly opened: number | undefined;
}

/**
 * Where a chunk has had most of this process's time and no more is left, the next process would get no
 * further. So the ledger is told that nobody loads it any more, this one's own lost transaction and frozen
 * ones included; whoever takes it next finds that, and brings its pieces (`piecesOf`). Of one that
 * could not be divided nothing is lost: it is tried again as it is.
 */
export async function divideUnfinished(unfinished: Unfinished, run: OpenRun): Promise<void> {
  const { chunk, plan } = unfinished;
  const { divides } = run.target;
  if (divides === undefined || run.source.divides === undefined) return;
  if (!hasHadItsTime(unfinished, run)) return;
  const context = { ...run.context, signal: AbortSignal.timeout(patience) };
  try {
    const { dividedInto } = await divides.divide(plan, chunk, pieces, context);
    if (dividedInto === undefined) return;
    run.context.log.info('chunk_divided', { table: plan.key, chunk: chunk.id, pieces });
  } catch (error) {
    if (!isSnowmeltError(error) && !context.signal.aborted) throw error;
    const message = String(error);
    run.context.log.warn('chunk_not_divided', { table: plan.key, chunk: chunk.id, message });
  }
}

function hasHadItsTime({ chunk, opened }: Unfinished, run: OpenRun): boolean {
  const { dividesFrom, lastCall, context } = run;
  if (dividesFrom === undefined || opened === undefined || !lastCall.aborted) return false;
  if (chunk.kind !== 'load' || (chunk.expectedRows ?? 2) < 2) return false;
  const now = context.clock.monotonic();
  return now - opened >= (now - dividesFrom) / 2;
}

/** What is loaded in place of a chunk that the ledger has for divided. */
export async function piecesOf(
  { dividedInto }: LoadReceipt,
  { plan, chunk, run }: { plan: TablePlan; chunk: ChunkPlan; run: OpenRun },
  context: WorkContext,
): Promise<readonly ChunkPlan[] | undefined> {
  if (dividedInto === undefined) return undefined;
  const { divides } = run.source;
  if (divides === undefined) throw new TypeError(`${chunk.id}: this source divides nothing`);
  const divided = await divides.divide(plan, chunk, dividedInto, context);
  return chunk.of === 'keys' ? divided.map(asKeys) : divided;
}
