import { modeTraits } from '../../contract/mode-traits.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { ChangeFeed, PlanBase, SwapPlan, TablePlan } from '../../contract/table-plan.ts';
import type { TableSchema } from '../../contract/table-schema.ts';
import { isSnowmeltError, SnowmeltError } from '../../errors/snowmelt-error.ts';
import { compareWatermarks } from '../../watermark/watermark-order.ts';
import type { DecideContext } from './decide-context.ts';
import { type ModeParts, planByMode } from './plan-by-mode.ts';

export interface ChangesDecision {
  readonly plan: TablePlan;
  readonly notices: readonly string[];
}

export interface TrackedTable {
  readonly job: TableJob;
  readonly schema: TableSchema;
  /** Absent: the run creates the target. */
  readonly existing: TableSchema | undefined;
}

/**
 * Whether a table that is kept by its changes is read by them, or whole: where the target holds
 * nothing that later changes could be applied to, or the source has not kept them from there.
 * Reading the whole table is right in any case; each reason is said.
 */
export async function decideChanges(
  parts: ModeParts,
  { job, schema, existing }: TrackedTable,
  using: DecideContext,
): Promise<ChangesDecision> {
  const feed = await feedOf(parts.base, schema, using);
  const changes = { feed };
  if (modeTraits[job.mode].replacesAll) {
    return { plan: planByMode(job, { ...parts, changes }), notices: [] };
  }
  if (existing === undefined || (await using.target.isEmpty(job.target, using.context))) {
    const notices = ['reads all rows: the target is empty; later runs read what has changed'];
    return { plan: planByMode({ ...job, mode: 'append' }, { ...parts, changes }), notices };
  }
  const whole = { ...parts.base, mode: 'swap', changes } as const;
  if (job.readsWhole === true) {
    return replaceAll(whole, 'the run before has found other rows in it than the source has');
  }
  return decideWindow(whole, using);
}

/**
 * From the snapshot that the target holds to that of the run, if the source still knows. How much
 * has changed is not asked: the window is read once, and that counts it.
 */
async function decideWindow(
  whole: SwapPlan & { readonly changes: ChangeFeed },
  { source, target, context, snapshotAt }: DecideContext,
): Promise<ChangesDecision> {
  const from = await target.changes?.heldSnapshot(whole, context);
  if (from === undefined) {
    return replaceAll(whole, 'no completed run has left it at a known snapshot of this source');
  }
  if (compareWatermarks(instant, from, snapshotAt) >= 0) {
    return replaceAll(whole, `it holds the rows of ${from}, and the run those of ${snapshotAt}`);
  }
  const plan = { ...whole, mode: 'changes', changes: { ...whole.changes, from } } as const;
  try {
    await source.changes?.reach(plan, context);
    return { plan, notices: [`reads what has changed since ${from}`] };
  } catch (error) {
    if (!isSnowmeltError(error) || !outOfReach.has(error.code)) throw error;
    return replaceAll(whole, `the changes since ${from} can't be read: ${error.message}`);
  }
}

const instant = { kind: 'timestamp', precision: 9, zone: 'instant' } as const;

const outOfReach: ReadonlySet<string> = new Set([
  'SOURCE.CHANGES_UNAVAILABLE',
  'SOURCE.SNAPSHOT_GONE',
]);

/** By swap: rows that the source has no more go as well, and readers see no half of it. */
function replaceAll(whole: SwapPlan, why: string): ChangesDecision {
  return { plan: whole, notices: [`reads all rows, which replace those of the target: ${why}`] };
}

async function feedOf(
  { key, source: ref, snapshot }: PlanBase,
  schema: TableSchema,
  { source, context }: DecideContext,
): Promise<string> {
  if (source.changes === undefined) throw new RangeError(`${key} was not refused`);
  if (snapshot.pinned) return source.changes.feed(schema, context);
  throw new SnowmeltError(
    'SOURCE.CHANGES_UNAVAILABLE',
    `changes of ${ref.name} are read between two snapshots, and it has none: ${snapshot.reason}`,
    {
      place: { table: key },
      fix: 'Give the table retention (Time Travel), or remove changes: cdc.',
    },
  );
}
