import { createHash } from 'node:crypto';

import type { LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { comparableText, referenceDigest } from '../../src/conformance.ts';
import { sampleColumn, samplePlan, sampleRows } from '../../src/conformance/sample-plan.ts';

const timestamp = (precision: number, zone: 'none' | 'instant' | 'offset'): LogicalType => ({
  kind: 'timestamp',
  precision,
  zone,
});
const decimal = (scale: number): LogicalType => ({ kind: 'decimal', precision: 38, scale });

/** The table of docs/reference/digest.md. */
describe('the text of a field', () => {
  it.each<[LogicalType, string | null, string]>([
    [{ kind: 'text' }, null, ''],
    [{ kind: 'text' }, '', '""'],
    [{ kind: 'text' }, 'a "b"', '"a ""b"""'],
    [{ kind: 'boolean' }, 't', 't'],
    [{ kind: 'boolean' }, 'false', 'f'],
    [decimal(2), '.5', '0.50'],
    [decimal(2), '-.5', '-0.50'],
    [decimal(2), '007', '7.00'],
    [decimal(0), '-0', '0'],
    [decimal(3), '-0.000', '0.000'],
    [{ kind: 'binary' }, '\\xDEADbeef', '\\xdeadbeef'],
    [{ kind: 'date' }, '0001-01-01', '0001-01-01'],
    [{ kind: 'time', precision: 0 }, '23:59:59', '23:59:59'],
    [{ kind: 'time', precision: 6 }, '23:59:59.5', '23:59:59.500000'],
    [timestamp(3, 'none'), '2024-02-29 12:00:00.1239', '2024-02-29T12:00:00.123'],
    [timestamp(0, 'none'), '0001-01-01T00:00:00', '0001-01-01T00:00:00'],
    [timestamp(9, 'instant'), '2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00.000000000Z'],
    [timestamp(1, 'offset'), '2024-01-01T00:00:00.25-11:30', '2024-01-01T11:30:00.2Z'],
    [timestamp(0, 'offset'), '2024-01-01 00:00:00+00', '2024-01-01T00:00:00Z'],
  ])('%j %j is %j', (type, text, expected) => {
    const source = sampleColumn('C', type, 'native');
    expect(comparableText({ source, target: 'c' }, text)).toBe(expected);
  });

  it('refuses what is not of the type', () => {
    const column = (type: LogicalType) => ({ source: sampleColumn('C', type, ''), target: 'c' });
    expect(() => comparableText(column(decimal(0)), 'NaN')).toThrow(RangeError);
    expect(() => comparableText(column(timestamp(0, 'none')), 'today')).toThrow(RangeError);
    expect(() => comparableText(column({ kind: 'uuid' }), 'x')).toThrow(RangeError);
  });
});

describe('the digest', () => {
  const { columns } = samplePlan({});
  const rows = sampleRows(0, 30);

  it('is the sum over the rows of 60 bits of the MD5', () => {
    const md5 = (text: string) =>
      BigInt(`0x${createHash('md5').update(text).digest('hex').slice(17)}`);
    const digest = String(md5('1,"ä",0.50') + md5(',,'));
    expect(
      referenceDigest(columns, [
        ['1', 'ä', '.5'],
        [null, null, null],
      ]),
    ).toEqual({ rows: 2, digest, columns: ['id', 'name', 'amount'] });
  });

  it('does not depend on the order, but on every row and field', () => {
    const { digest } = referenceDigest(columns, rows);
    expect(referenceDigest(columns, rows.toReversed()).digest).toBe(digest);
    expect(referenceDigest(columns, rows.slice(1)).digest).not.toBe(digest);
    expect(referenceDigest(columns, [...rows, rows[3]!]).digest).not.toBe(digest);
  });
});
