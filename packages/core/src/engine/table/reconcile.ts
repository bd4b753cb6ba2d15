import type { LoadReceipt } from '../../contract/chunk.ts';
import { windowOf } from '../../contract/plan-parts.ts';
import { modeTraits } from '../../contract/mode-traits.ts';
import type { VerifyMode } from '../../contract/table-job.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { keysPlan } from './keys-plan.ts';
import { loadedRows } from './left-out.ts';
import type { OpenRun } from './open-run.ts';

export interface Reconciled {
  readonly rows: number;
  /** Rows beside them that are in quarantine. */
  readonly rejected: number;
  /** Keys that share the row of another one. Absent: none. */
  readonly met?: number;
  readonly bytes: number;
  readonly chunks: number;
  /** Absent where the source was not asked, or could not be asked for the same rows again. */
  readonly sourceRows?: number;
}

/**
 * Tells the status store of chunks that the target's ledger has and the store does not: the
 * process died between the two. So a finished chunk is never read again.
 */
export async function adoptReceipts(plan: TablePlan, run: OpenRun): Promise<void> {
  const all = await run.target.receipts(plan, run.context);
  // One that is divided has its pieces from whoever takes it.
  const receipts = all.filter(({ dividedInto }) => dividedInto === undefined);
  if (receipts.length === 0) return;
  const loaded = receipts.map((receipt) => ({ id: receipt.chunk, ...loadedRows(receipt) }));
  await run.status.recordLoaded(run.state.id, plan.key, loaded);
  for (const { chunk: id, rows, bytes } of receipts.filter(isOfRows)) {
    run.observer.chunkLoaded?.(plan.key, { id, rows, bytes, before: true });
  }
}

/**
 * Throws where the status store counts other chunks as loaded than the target's ledger, which alone is
 * written with the rows: somebody has changed or lost status rows.
 */
export async function compareLedgers(plan: TablePlan, run: OpenRun): Promise<void> {
  const [receipts, summary] = await Promise.all([
    run.target.receipts(plan, run.context),
    run.status.summary(run.state.id),
  ]);
  const loaded = total(receipts.filter(isOfRows));
  const recorded = summary.tables.find(({ key }) => key === plan.key);
  refuseDifference(plan, 'the status store', recorded?.rows ?? 0, loaded.rows);
  refuseDifference(plan, 'the plan (chunks)', recorded?.totalChunks ?? 0, loaded.chunks);
}

/**
 * P1: the ledger and the source agree on how many rows there are, those in quarantine included, or it
 * throws.
 */
export async function reconcile(
  plan: TablePlan,
  verify: VerifyMode,
  run: OpenRun,
): Promise<Reconciled> {
  const [receipts, sourceRows, shared] = await Promise.all([
    run.target.receipts(plan, run.context),
    isCounted(plan, verify) ? run.source.count(plan, run.context) : undefined,
    merges(plan) ? run.source.cutsKeys?.shared(plan, run.context) : undefined,
  ]);
  await reconcileKeys(plan, receipts, run);
  const loaded = withShared(total(receipts.filter(isOfRows)), shared);
  refuseTooMany(plan, loaded);
  if (windowOf(plan) !== undefined) {
    return { ...loaded, sourceRows: loaded.rows + loaded.rejected };
  }
  if (sourceRows === undefined) return loaded;
  refuseDifference(plan, 'the source', sourceRows, loaded.rows + loaded.rejected);
  return { ...loaded, sourceRows };
}

/**
 * Changes are not counted again: each of their chunks was compared with what the source announced
 * of it, in the transaction that recorded it (`openAnnounced`).
 */
function isCounted(plan: TablePlan, verify: VerifyMode): boolean {
  return plan.snapshot.pinned && verify !== 'off' && windowOf(plan) === undefined;
}

/** Rows of one key then take each other's place; elsewhere they are added, or a unique index speaks. */
function merges({ mode, snapshot }: TablePlan): boolean {
  return modeTraits[mode].merges && snapshot.pinned;
}

function withShared(loaded: Reconciled, shared = 0): Reconciled {
  return shared === 0 ? loaded : { ...loaded, met: (loaded.met ?? 0) + shared };
}

function isOfRows(receipt: LoadReceipt): boolean {
  return receipt.of !== 'keys';
}

function total(receipts: readonly LoadReceipt[]): Reconciled {
  const met = receipts.reduce((sum, receipt) => sum + (receipt.met ?? 0), 0);
  return {
    rows: receipts.reduce((sum, { rows }) => sum + rows, 0),
    rejected: receipts.reduce((sum, { rejected = 0 }) => sum + rejected, 0),
    bytes: receipts.reduce((sum, { bytes }) => sum + bytes, 0),
    chunks: receipts.length,
    ...(met === 0 ? {} : { met }),
  };
}

function refuseDifference(plan: TablePlan, who: string, theirs: number, ledger: number): void {
  if (theirs === ledger) return;
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `${who} has ${theirs}, the target's ledger has ${ledger}`,
    { place: { run: plan.run, table: plan.key } },
  );
}

/** Chunks that were loaded at the same time did not know of each other's rows. */
function refuseTooMany({ run, key, rejects }: TablePlan, { rejected }: Reconciled): void {
  if (rejects === undefined || rejected <= rejects.limit) return;
  throw new SnowmeltError(
    'TARGET.TOO_MANY_REJECTS',
    `${rejected} rows of the table are in quarantine, of at most ${rejects.limit}`,
    { place: { run, table: key } },
  );
}

/**
 * All keys of the source are in, or it throws and no row is deleted. Asked whatever `verify` says:
 * a key that did not come would be a row that goes.
 */
async function reconcileKeys(
  plan: TablePlan,
  receipts: readonly LoadReceipt[],
  run: OpenRun,
): Promise<void> {
  const keys = keysPlan(plan);
  if (keys === undefined) return;
  const gathered = receipts
    .filter((receipt) => receipt.of === 'keys')
    .reduce((sum, { rows }) => sum + rows, 0);
  const held = await run.source.count(keys, run.context);
  if (held === gathered) return;
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the source has ${held} keys, the target's ledger has ${gathered}: nothing was deleted`,
    { place: { run: plan.run, table: plan.key } },
  );
}
