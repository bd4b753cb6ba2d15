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
    const bound = watermarkBound(value, pair(timestamp, { fractionDigits: 6 }), keyed);
    expect(bound).toEqual({ value, inclusive: true, orNull: true });
  });

  it('a column that is NOT NULL is not asked for NULLs', () => {
    expect(watermarkBound('7', pair(number, {}, false), keyed).orNull).toBe(false);
  });

  it('without a key it takes what is newer, and nothing twice', () => {
    const bound = { value: '12.50', inclusive: false, orNull: false };
    expect(watermarkBound('12.50', pair(number), keyless)).toEqual(bound);
  });

  it('P1: without a key, digits that the target has cut off are above its newest', () => {
    const column = pair(timestamp, { fractionDigits: 6 });
    expect(watermarkBound('2026-12-31T23:59:59.999999', column, keyless)).toEqual({
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
    expect(watermarkBound(newest, pair(type), { keyed: true, overlapSeconds }).value).toBe(value);
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
