import type { ColumnPair } from '../../contract/column-pair.ts';
import { watermarkOf } from '../../contract/plan-parts.ts';
import type { TableJob, WatermarkChoice } from '../../contract/table-job.ts';
import type {
  Incremental,
  TablePlan,
  WatermarkBound,
  WatermarkPlan,
} from '../../contract/table-plan.ts';
import type { LogicalType } from '../../contract/table-schema.ts';
import type { NewestWatermark } from '../../contract/target-answers.ts';
import { SnowmeltError } from '../../errors/snowmelt-error.ts';
import { watermarkBound } from '../../watermark/watermark-bound.ts';
import type { DecideContext, PairedTable } from './decide-context.ts';
import { findName } from './pair-columns.ts';

export interface WatermarkDecision {
  readonly watermark?: WatermarkPlan;
  readonly notices: readonly string[];
}

/** The column that says how new a row is, and from where on it is read, as the target has it now. */
export async function decideWatermark(
  job: TableJob,
  table: PairedTable,
  using: DecideContext,
): Promise<WatermarkDecision> {
  if (job.watermark === undefined) return { notices: [] };
  const column = watermarkColumn(job, job.watermark, table.pairs);
  refuseTypes(job, column, job.watermark);
  const newest = await newestOf(job, { ...table, column }, using);
  const keyed = job.uniqueness.length > 0;
  const { overlapSeconds } = job.watermark;
  const from = watermarkBound(newest, column, { overlapSeconds, keyed });
  return {
    watermark: { column, ...boundOf(from, newest), ...readBefore(newest) },
    notices: notices(column, newest, from, keyed),
  };
}

/** With what it rests on. */
function boundOf(
  from: WatermarkBound | undefined,
  { value, unfinished }: NewestWatermark,
): Pick<WatermarkPlan, 'from' | 'base'> {
  if (from === undefined) return {};
  const base = unfinished === undefined ? value : unfinished.base;
  return { from, ...(base === undefined ? {} : { base }) };
}

/** Holds where the source has nothing newer; see `newestRead`. */
function readBefore({ read }: NewestWatermark): Pick<WatermarkPlan, 'newest'> {
  return read === undefined ? {} : { newest: read };
}

/** What the next run may begin at: known only of rows that are read at one point in time. */
export async function newestRead(
  plan: TablePlan,
  { source, context }: Pick<DecideContext, 'source' | 'context'>,
): Promise<Incremental> {
  const watermark = watermarkOf(plan);
  if (watermark === undefined) return {};
  const { newest: before, ...rest } = watermark;
  if (!plan.snapshot.pinned) return { watermark: rest };
  const newest = (await source.watermarks?.newest(plan, context)) ?? before;
  return { watermark: { ...rest, ...(newest === undefined ? {} : { newest }) } };
}

function watermarkColumn(
  job: TableJob,
  { source, target }: WatermarkChoice,
  pairs: readonly ColumnPair[],
): ColumnPair {
  const names = pairs.map((pair) => pair.source.name);
  const name = findName(names, source);
  const found = pairs.find((pair) => pair.source.name === name);
  const place = { table: job.key, column: source };
  if (found === undefined) {
    const message = `source_watermark names ${source}, which does not go from ${job.source.name} into ${job.target.name}`;
    throw new SnowmeltError('CONFIG.INVALID', message, { place });
  }
  if (findName([found.target], target) !== undefined) return found;
  throw new SnowmeltError(
    'CONFIG.INVALID',
    `source_watermark ${source} goes into ${found.target}, target_watermark is ${target}`,
    {
      place,
      fix: 'Name the column that source_watermark goes into, or map it there with column_mapping.',
    },
  );
}

/** Both sides must put watermarks in the same order, and the target must lose none of their digits. */
function refuseTypes(job: TableJob, column: ColumnPair, { overlapSeconds }: WatermarkChoice): void {
  const { source, target, targetType = source.type } = column;
  const refuse = (message: string, fix: string) =>
    new SnowmeltError('TARGET.TABLE_UNSUITABLE', message, {
      place: { table: job.key, column: source.name },
      fix,
    });
  if (!sameOrder(source.type, targetType)) {
    const types = `${source.name} ${source.nativeType} into ${target}`;
    const fix = 'Take a date, timestamp or exact number that the target keeps as such.';
    throw refuse(`a watermark can't go from ${types}`, fix);
  }
  if (overlapSeconds > 0 && source.type.kind === 'decimal') {
    const message = `watermark_overlap is in seconds, and ${source.name} is ${source.nativeType}`;
    throw refuse(message, 'Remove watermark_overlap, or take a watermark that is a time.');
  }
}

function sameOrder(source: LogicalType, target: LogicalType): boolean {
  if (source.kind === 'decimal' && target.kind === 'decimal') {
    return target.precision === undefined || (target.scale ?? 0) >= (source.scale ?? Infinity);
  }
  if (source.kind === 'date') return target.kind === 'date' || target.kind === 'timestamp';
  return source.kind === 'timestamp' && target.kind === 'timestamp';
}

interface WatermarkedTable extends PairedTable {
  readonly column: ColumnPair;
}

async function newestOf(
  job: TableJob,
  { existing, column }: WatermarkedTable,
  { target, context }: DecideContext,
): Promise<NewestWatermark> {
  if (existing === undefined) return {};
  if (column.targetType !== undefined) {
    return (await target.watermarks?.newest(job, column, context)) ?? {};
  }
  if (job.uniqueness.length > 0 || (await target.isEmpty(job.target, context))) return {};
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `${job.target.name} has rows and no column ${column.target} yet: reading all rows would double them`,
    { place: { table: job.key }, fix: 'Add and fill the column, or set uniqueness_columns.' },
  );
}

function notices(
  { source }: ColumnPair,
  { unfinished }: NewestWatermark,
  from: WatermarkBound | undefined,
  keyed: boolean,
): readonly string[] {
  const since =
    from === undefined
      ? 'reads all rows: the target has no watermark yet'
      : `reads rows whose ${source.name} is ${from.inclusive ? 'at or after' : 'after'} ${from.value}${from.orNull ? ', or NULL' : ''}`;
  const late = `${source.name} may be NULL: such rows are read while the target is empty only`;
  return [
    since,
    ...(unfinished === undefined
      ? []
      : [`run ${unfinished.run} did not finish: this one reads from where that one began`]),
    ...(!keyed && source.nullable ? [late] : []),
  ];
}
