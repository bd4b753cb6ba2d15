import {
  type ColumnPair,
  cutFraction,
  type LogicalType,
  SnowmeltError,
  type TableRef,
} from '@snowmelt/core';
import { isAtLeast, isBelow } from '../sql/operators.ts';

/** UTC and no offset; `to_char` has no word for infinity. */
export function rendered(value: string, { source, targetType = source.type }: ColumnPair): string {
  if (targetType.kind !== 'timestamp') return `${value}::pg_catalog.text`;
  const moment = targetType.zone === 'none' ? value : `(${value} AT TIME ZONE 'UTC')`;
  const text = `pg_catalog.to_char(${moment}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  const shown = `${moment} ${isAtLeast} '0001-01-01' AND ${moment} ${isBelow} '10000-01-01'`;
  return `CASE WHEN ${shown} THEN ${text} ELSE ${value}::pg_catalog.text END`;
}

/** A watermark as a value to compare the target's column with: an integer column takes no `50.00`. */
export function bound(value: string, { type }: ColumnPair['source']): string {
  if (type.kind === 'decimal') return value.replace(/\.(\d*?)0*$/, (_, left) => left && `.${left}`);
  return isUtc(type) ? `${value}Z` : value;
}

function isUtc(type: LogicalType): boolean {
  return type.kind === 'timestamp' && type.zone !== 'none';
}

/** As the target's column keeps it at least, where it does not round. */
export function asKept(value: string, { source, fractionDigits }: ColumnPair): string {
  if (source.type.kind !== 'timestamp' || fractionDigits === undefined) return value;
  return cutFraction(value, fractionDigits);
}

/** A number, or a date or time of the years 1 to 9999. */
const usable = /^(-?\d+(\.\d+)?|\d{4}-\d\d-\d\d(T[\d:.]+)?)$/;

/** Throws where no source row can exceed it. */
export function refuseUnusable(newest: string | null, ref: TableRef, { target }: ColumnPair) {
  if (newest === null || usable.test(newest)) return;
  throw new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `the newest ${target} of ${ref.schema}.${ref.name} is ${newest}, which no source row can exceed`,
    { place: { column: target }, fix: 'Correct the rows that hold it.' },
  );
}
