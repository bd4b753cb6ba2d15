import type { ColumnPair, ColumnSchema } from '@snowmelt/core';

import { cutFraction } from '../digest/cut-fraction.ts';
import { sampleColumn } from './sample-plan.ts';

/** A column of every kind that takes part in the digest, and of a precision beyond most targets. */
export const comparableSample: readonly ColumnSchema[] = [
  sampleColumn('FLAG', { kind: 'boolean' }, 'BOOLEAN'),
  sampleColumn('WHOLE', { kind: 'decimal', precision: 38, scale: 0 }, 'NUMBER(38,0)'),
  sampleColumn('MONEY', { kind: 'decimal', precision: 12, scale: 2 }, 'NUMBER(12,2)'),
  sampleColumn('WORDS', { kind: 'text' }, 'VARCHAR'),
  sampleColumn('BYTES', { kind: 'binary' }, 'BINARY'),
  sampleColumn('DAY', { kind: 'date' }, 'DATE'),
  sampleColumn('CLOCK', { kind: 'time', precision: 9 }, 'TIME(9)'),
  sampleColumn('WALL', { kind: 'timestamp', precision: 9, zone: 'none' }, 'TIMESTAMP_NTZ(9)'),
  sampleColumn('MOMENT', { kind: 'timestamp', precision: 3, zone: 'instant' }, 'TIMESTAMP_LTZ(3)'),
  sampleColumn('ABROAD', { kind: 'timestamp', precision: 0, zone: 'offset' }, 'TIMESTAMP_TZ(0)'),
];

const samples: readonly (readonly (string | null)[])[] = [
  [
    't',
    '1',
    '0.50',
    'plain',
    '\\x00ff',
    '2024-02-29',
    '23:59:59.999999999',
    '2024-02-29T12:34:56.123456789',
    '2024-02-29T12:34:56.789+00:00',
    '2024-02-29T12:34:56+05:30',
  ],
  [
    'f',
    '-99999999999999999999999999999999999999',
    '-0.50',
    'a "quoted", word\nand 日本語 👩',
    '\\x',
    '0001-01-01',
    '00:00:00.000000000',
    '0001-01-01T00:00:00.000000000',
    '1969-12-31T23:59:59.001+00:00',
    '2000-01-01T00:00:00-11:00',
  ],
  [
    't',
    '0',
    '1234567890.00',
    '',
    '\\xdeadbeef',
    '9999-12-31',
    '12:00:00.100000000',
    '9999-12-31T23:59:59.999999000',
    '2026-07-01T00:00:00.000+00:00',
    '1999-12-31T23:30:00+00:00',
  ],
  Array.from({ length: 10 }, () => null),
  [null, '7', null, 'x', null, null, null, null, null, null],
  [null, '7', null, 'x', null, null, null, null, null, null],
];

/** Canonical text for `comparableSample`, fractions cut as the plan says; two rows are equal. */
export function comparableRows(columns: readonly ColumnPair[]): (string | null)[][] {
  return samples.map((row) =>
    columns.map(({ fractionDigits }, index) => cutFraction(row[index] ?? null, fractionDigits)),
  );
}
