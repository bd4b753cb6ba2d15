import type { LogicalType } from '../contract/table-schema.ts';
import { timestampNanoseconds } from './shift-time.ts';

/**
 * Compares two watermarks of a source column in canonical text, timestamps with or without an
 * offset: below zero where the first is older.
 */
export function compareWatermarks(type: LogicalType, one: string, other: string): number {
  if (type.kind === 'decimal') return compareDecimals(one, other);
  if (type.kind === 'timestamp') return order(instantNanoseconds(one), instantNanoseconds(other));
  return order(one, other);
}

const zoned = /^(.*?)(?:Z|([+-])(\d\d):(\d\d))?$/;

/** Nanoseconds since 1970 of a timestamp in canonical text; one without an offset is taken as UTC. */
export function instantNanoseconds(text: string): bigint {
  const [, local = text, sign, hours = '0', minutes = '0'] = zoned.exec(text) ?? [];
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000_000n;
  const at = timestampNanoseconds(local);
  return sign === '-' ? at + offset : at - offset;
}

/** Exact: a number of 38 digits is no double. */
function compareDecimals(one: string, other: string): number {
  const digits = Math.max(fractionOf(one).length, fractionOf(other).length);
  return order(scaled(one, digits), scaled(other, digits));
}

function scaled(text: string, digits: number): bigint {
  const [whole = ''] = text.split('.');
  return BigInt(`${whole}${fractionOf(text).padEnd(digits, '0')}`);
}

function fractionOf(text: string): string {
  return text.split('.')[1] ?? '';
}

function order<T extends bigint | string>(one: T, other: T): number {
  return one < other ? -1 : Number(one > other);
}
