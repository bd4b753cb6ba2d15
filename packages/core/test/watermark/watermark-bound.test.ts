import { describe, expect, it } from 'vitest';

import type { ColumnPair, LogicalType } from '../../src/index.ts';
import { compareWatermarks } from '../../src/index.ts';
import { watermarkBound } from '../../src/watermark/watermark-bound.ts';

const timestamp: LogicalType = { kind: 'timestamp', precision: 9, zone: 'none' };
const date: LogicalType = { kind: 'date' };
const number: LogicalType = { kind: 'decimal', precision: 38, scale: 2 };

function pair(type: LogicalType, parts: Partial<ColumnPair> = {}, nullable = true): ColumnPair {
  const named = { name: 'W', nativeType: type.kind, hasDefault: false, generated: false };
  return { source: { ...named, type, nullable }, target: 'w', ...parts };
}

describe('the bound of an incremental load', () => {
  const keyed = { keyed: true, overlapSeconds: 0 };
  const keyless = { keyed: false, overlapSeconds: 0 };

  it('with a key it takes the newest instant again, and rows without a watermark', () => {
    const value = '2026-03-01T10:00:00.123456';
    const bound = watermarkBound({ value }, pair(timestamp, { fractionDigits: 6 }), keyed);
    expect(bound).toEqual({ value, inclusive: true, orNull: true });
  });

  it('a column that is NOT NULL is not asked for NULLs', () => {
    expect(watermarkBound({ value: '7' }, pair(number, {}, false), keyed)?.orNull).toBe(false);
  });

  it('without a key it takes what is newer, and nothing twice', () => {
    const bound = { value: '12.50', inclusive: false, orNull: false };
    expect(watermarkBound({ value: '12.50' }, pair(number), keyless)).toEqual(bound);
  });

  it('P1: without a key, digits that the target has cut off are above its newest', () => {
    const column = pair(timestamp, { fractionDigits: 6 });
    const value = '2026-12-31T23:59:59.999999';
    expect(watermarkBound({ value }, column, keyless)).toEqual({
      value: '2027-01-01T00:00:00.000000',
      inclusive: true,
      orNull: false,
    });
  });

  const overlaps: readonly [LogicalType, string, number, string][] = [
    [timestamp, '2026-03-01T00:00:10.500000', 11, '2026-02-28T23:59:59.500000'],
    [timestamp, '1969-12-31T23:59:59.250000', 1, '1969-12-31T23:59:58.250000'],
    [timestamp, '0001-01-01T00:00:05.000000', 60, '0001-01-01T00:00:00.000000'],
    [date, '2026-03-01', 1, '2026-02-28'],
    [date, '2026-03-01', 86_400, '2026-02-28'],
    [date, '2026-03-01', 86_401, '2026-02-27'],
    [date, '2026-03-01T00:00:00.000000', 0, '2026-03-01'],
  ];
  it.each(overlaps)('%j %s, %i seconds before, is %s', (type, newest, overlapSeconds, value) => {
    const rules = { keyed: true, overlapSeconds };
    expect(watermarkBound({ value: newest }, pair(type), rules)?.value).toBe(value);
  });

  const fine = '2026-01-01T10:00:00.123456100';
  const kept: readonly [string, string, string, boolean][] = [
    ['the same, as the column cuts it: all digits', '2026-01-01T10:00:00.123456', fine, false],
    ['the target has newer rows of others', '2026-01-02T00:00:00.000000', fine, false],
    [
      'the target has lost its newest rows',
      '2026-01-01T09:59:59.999999',
      '2026-01-01T10:00:00.000000',
      true,
    ],
  ];
  it.each(kept)('P1: what was read before, and %s', (_what, value, from, inclusive) => {
    const column = pair(timestamp, { fractionDigits: 6 });
    const bound = watermarkBound({ value, read: fine }, column, keyless);
    expect(bound).toEqual({ value: from, inclusive, orNull: false });
  });

  it('P1: an empty target is filled again, whatever was read before', () => {
    expect(watermarkBound({ read: fine }, pair(timestamp), keyless)).toBeUndefined();
  });

  it('P1: a run that did not finish began where the next one begins, exactly', () => {
    const from = { value: fine, inclusive: false, orNull: false };
    const unfinished = { run: 'r', from };
    expect(watermarkBound({ unfinished }, pair(timestamp), keyless)).toEqual(from);
    expect(watermarkBound({ unfinished }, pair(timestamp), keyed)).toEqual({
      value: fine,
      inclusive: true,
      orNull: true,
    });
    expect(watermarkBound({ unfinished: { run: 'r' } }, pair(timestamp), keyless)).toBeUndefined();
  });
});

describe('the order of watermarks', () => {
  const cases: readonly [LogicalType, string, string][] = [
    [number, '9', '10'],
    [number, '-10.5', '-9.25'],
    [number, '99999999999999999999999999999999999998', '99999999999999999999999999999999999999'],
    [date, '2026-02-28', '2026-03-01'],
    [timestamp, '2026-03-01T10:00:00', '2026-03-01T10:00:00.000000001'],
    [timestamp, '2026-03-01T10:00:00+02:00', '2026-03-01T09:00:00Z'],
    [timestamp, '2026-03-01T10:00:00Z', '2026-03-01T09:30:00-01:00'],
  ];
  it.each(cases)('%j: %s is before %s', (type, one, other) => {
    expect(compareWatermarks(type, one, other)).toBe(-1);
    expect(compareWatermarks(type, other, one)).toBe(1);
    expect(compareWatermarks(type, one, one)).toBe(0);
  });
});
