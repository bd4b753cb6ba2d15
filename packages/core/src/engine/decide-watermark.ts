import type { NewestWatermark } from '../contract/target.ts';
import type { ColumnPair, WatermarkBound, WatermarkPlan } from '../contract/table-plan.ts';
import type { LogicalType } from '../contract/table-schema.ts';
import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { watermarkBound } from '../watermark/watermark-bound.ts';
import type { PairedTable } from './decide-merge.ts';
import type { DecideContext } from './decide-plan.ts';
import { findName } from './find-name.ts';
import type { TableJob, WatermarkChoice } from './table-job.ts';

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
  if (newest.unfinished !== undefined && !keyed) throw halfLoaded(job, newest.unfinished);
  const { overlapSeconds } = job.watermark;
  const from =
    newest.value === undefined
      ? undefined
      : watermarkBound(newest.value, column, { overlapSeconds, keyed });
  return {
    watermark: { column, ...(from === undefined ? {} : { from }) },
    notices: notices(column, newest, from, keyed),
  };
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
    return target.newestWatermark(job.target, column, context);
  }
  if (job.uniqueness.length > 0 || (await target.isEmpty(job.target, context))) return {};
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `${job.target.name} has rows and no column ${column.target} yet: reading all rows would double them`,
    { place: { table: job.key }, fix: 'Add and fill the column, or set uniqueness_columns.' },
  );
}

function halfLoaded(job: TableJob, run: string): SnowmeltError {
  return new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `run ${run} has loaded a part of ${job.target.name} and did not finish; without ` +
      'uniqueness_columns no watermark tells which rows are missing',
    {
      place: { table: job.key, run },
      fix:
        'Go on with that run (--resume-run-id), or set uniqueness_columns, or delete what it has ' +
        'loaded together with its rows in snowmelt.table_ledger.',
    },
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
      : [`run ${unfinished} did not finish: this one reads from where that one began`]),
    ...(!keyed && source.nullable ? [late] : []),
  ];
}
