import type { ColumnPair } from '../contract/column-pair.ts';
import type { WatermarkBound } from '../contract/table-plan.ts';
import type { NewestWatermark } from '../contract/target-answers.ts';
import { cutFraction, shiftDate, shiftTimestamp } from './shift-time.ts';
import { compareWatermarks } from './watermark-order.ts';

export interface BoundRules {
  /** How far before the newest watermark rows are read again. */
  readonly overlapSeconds: number;
  /** Rows are found by a key, so that one which is read twice lands once. */
  readonly keyed: boolean;
}

/**
 * Where an incremental load begins: at the newest watermark of the target, or at what the last run
 * has read of the source where the target can't have lost rows since. With a key the bound is
 * inclusive, since rows of the same instant may have been committed later, and takes rows without a
 * watermark, since nothing says that they are old. Without a key each of those would be added again,
 * so they stay out. `undefined`: all rows.
 */
export function watermarkBound(
  { value, read, unfinished }: NewestWatermark,
  column: ColumnPair,
  { overlapSeconds, keyed }: BoundRules,
): WatermarkBound | undefined {
  const { source, fractionDigits } = column;
  const byKey = { inclusive: true, orNull: source.nullable };
  if (unfinished !== undefined) {
    const { from } = unfinished;
    return from === undefined || !keyed ? from : { ...from, ...byKey };
  }
  if (value === undefined) return undefined;
  const known = read !== undefined && reaches(value, read, column) ? read : undefined;
  const newest = shifted(known ?? value, source.type.kind, overlapSeconds);
  if (keyed) return { value: newest, ...byKey };
  if (known !== undefined || fractionDigits === undefined || !hidesDigits(column)) {
    return { value: newest, inclusive: false, orNull: false };
  }
  // The target has cut digits off: what is newer than its newest begins a whole unit above it.
  const unit = 10n ** BigInt(9 - fractionDigits);
  return { value: shiftTimestamp(newest, unit), inclusive: true, orNull: false };
}

/**
 * The target holds what was read, as its column keeps it: else it was emptied or has lost its newest
 * rows, and they are read again.
 */
function reaches(value: string, read: string, { source, fractionDigits }: ColumnPair): boolean {
  const { type } = source;
  if (type.kind === 'date') return value.slice(0, 10) >= read;
  if (type.kind !== 'timestamp') return compareWatermarks(type, value, read) >= 0;
  const kept = fractionDigits === undefined ? read : cutFraction(read, fractionDigits);
  return compareWatermarks(type, value, kept) >= 0;
}

const nanoseconds = 1_000_000_000n;
const secondsOfDay = 86_400;

function shifted(newest: string, kind: string, overlapSeconds: number): string {
  if (kind === 'timestamp') return shiftTimestamp(newest, -BigInt(overlapSeconds) * nanoseconds);
  if (kind === 'date') {
    // The target may keep the date in a timestamp.
    return shiftDate(newest.slice(0, 10), -Math.ceil(overlapSeconds / secondsOfDay));
  }
  return newest;
}

/** The stored value may hide digits that the source has: values that look equal may not be. */
export function hidesDigits({ fractionDigits, extraDigits }: ColumnPair): boolean {
  return fractionDigits !== undefined && extraDigits !== 'fail';
}
