import type { ColumnPair, WatermarkBound } from '../contract/table-plan.ts';
import { hidesDigits } from '../engine/value-policies.ts';
import { shiftDate, shiftTimestamp } from './shift-time.ts';

export interface BoundRules {
  /** How far before the newest watermark rows are read again. */
  readonly overlapSeconds: number;
  /** Rows are found by a key, so that one which is read twice lands once. */
  readonly keyed: boolean;
}

/**
 * The bound that a target's newest watermark gives. With a key it is inclusive, since rows of the
 * same instant may have been committed later, and takes rows without a watermark, since nothing
 * says that they are old. Without a key each of those would be added again, so they stay out.
 */
export function watermarkBound(
  newest: string,
  column: ColumnPair,
  { overlapSeconds, keyed }: BoundRules,
): WatermarkBound {
  const { source, fractionDigits } = column;
  const value = shifted(newest, source.type.kind, overlapSeconds);
  if (keyed) return { value, inclusive: true, orNull: source.nullable };
  if (fractionDigits === undefined || !hidesDigits(column)) {
    return { value, inclusive: false, orNull: false };
  }
  // The target has cut digits off: what is newer than its newest begins a whole unit above it.
  const unit = 10n ** BigInt(9 - fractionDigits);
  return { value: shiftTimestamp(value, unit), inclusive: true, orNull: false };
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
