import type { ColumnPair } from '../../contract/column-pair.ts';
import { modeTraits } from '../../contract/mode-traits.ts';
import type { TableJob } from '../../contract/table-job.ts';
import type { UpsertPlan } from '../../contract/table-plan.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import type { DecideContext, PairedTable } from './decide-context.ts';
import { decideWatermark, type WatermarkDecision } from './decide-watermark.ts';
import { findName } from './pair-columns.ts';

export interface MergeDecision {
  readonly parts: Pick<UpsertPlan, 'keyColumns' | 'watermark' | 'firstLoad' | 'fills'>;
  readonly notices: readonly string[];
}

/** How rows meet those that are there: by which key, from which watermark on. Asks the target. */
export async function decideMerge(
  job: TableJob,
  table: PairedTable,
  using: DecideContext,
): Promise<MergeDecision> {
  const keyColumns = job.uniqueness.map((name) => keyColumn(name, job, table.pairs));
  const key = { keyColumns: [...new Set(keyColumns)] };
  const firstLoad = modeTraits[job.mode].merges && (await isFirstLoad(job, table, using));
  const filled = await decideFills(job, table, await decideWatermark(job, table, using), using);
  const copies = firstLoad && keepsNoNulls(key.keyColumns, table);
  return {
    parts: {
      ...key,
      ...filled.parts,
      ...(copies ? { firstLoad: true } : {}),
    },
    notices: [...(firstLoad ? ['first load: the target is empty'] : []), ...filled.notices],
  };
}

interface FillDecision {
  readonly parts: Pick<UpsertPlan, 'watermark' | 'fills'>;
  readonly notices: readonly string[];
}

/**
 * Rows that are there have no value in a column that is fed for the first time. A full refresh and
 * changes bring all rows anew, and so does an upsert that reads all; an incremental one does so once.
 * Otherwise people are told how.
 */
async function decideFills(
  job: TableJob,
  { existing, newlyFed }: PairedTable,
  { watermark, notices }: WatermarkDecision,
  { target, context }: DecideContext,
): Promise<FillDecision> {
  const parts = watermark === undefined ? {} : { watermark };
  const { leavesRows } = modeTraits[job.mode];
  const asked = leavesRows || watermark?.from !== undefined;
  if (newlyFed.length === 0 || !asked || existing === undefined) return { parts, notices };
  if (await target.isEmpty(job.target, context)) return { parts, notices };
  const names = newlyFed.join(', ');
  if (!leavesRows && watermark !== undefined) {
    const { from: _bound, ...whole } = watermark;
    const once = `reads all rows this once, so that those that are there get ${names}, which no run has fed before`;
    return { parts: { watermark: whole, fills: newlyFed }, notices: [once] };
  }
  const { schema, name } = job.target;
  const stay = `rows that are there stay without ${names}, which no run has fed before; to have them read anew: TRUNCATE "${schema}"."${name}"; and run again with --no-resume`;
  return { parts, notices: [...notices, stay] };
}

async function isFirstLoad(
  job: TableJob,
  { existing }: PairedTable,
  { target, context }: DecideContext,
): Promise<boolean> {
  return existing === undefined || target.isEmpty(job.target, context);
}

/**
 * A key that may hold NULL is merged from the first row on: only merging sees the rows that no key
 * finds again. A table that the run creates has the key for its primary key.
 */
function keepsNoNulls(keyColumns: readonly string[], { existing }: PairedTable): boolean {
  if (existing === undefined) return true;
  const columns = existing.columns.filter(({ name }) => keyColumns.includes(name));
  return columns.every(({ nullable }) => !nullable);
}

/** Names of the source come first; the earlier tool's users write either. */
function keyColumn(name: string, job: TableJob, pairs: readonly ColumnPair[]): string {
  const bySource = pairs.map(({ source }) => source.name);
  const byTarget = pairs.map(({ target }) => target);
  const exact = pairs.find(({ source }) => source.name === name)?.target;
  if (exact !== undefined) return exact;
  if (byTarget.includes(name)) return name;
  const near = findName(bySource, name);
  const found =
    pairs.find(({ source }) => source.name === near)?.target ?? findName(byTarget, name);
  if (found !== undefined) return found;
  throw new SnowmeltError(
    'CONFIG.INVALID',
    `uniqueness_columns names ${name}, which does not go from ${job.source.name} into ${job.target.name}`,
    { place: { table: job.key, column: name } },
  );
}
