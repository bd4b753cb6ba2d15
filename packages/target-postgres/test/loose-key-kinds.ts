import type { ColumnPair, LogicalType } from '@snowmelt/core';

import { decimal } from './deciding.ts';

/** A key that compares more loosely in the target than in the source. */
export interface Kind {
  /** Of the key, in the target. */
  readonly type: string;
  readonly source?: LogicalType;
  readonly pair?: Partial<ColumnPair>;
  readonly one: string;
  readonly other: string;
  /** Any key that meets none of the two. */
  readonly third: string;
  /** The unique index, where it is not the primary key. */
  readonly index?: string;
}

export const moment: LogicalType = { kind: 'timestamp', precision: 9, zone: 'none' };

/** Two keys of the source that are one in the target. */
export const kinds: Readonly<Record<string, Kind>> = {
  citext: { type: 'citext', one: 'Ann', other: 'ann', third: 'bob' },
  'a domain over citext': { type: 'folded', one: 'Ann', other: 'ann', third: 'bob' },
  'a collation': { type: 'text COLLATE ci', one: 'Ann', other: 'ann', third: 'bob' },
  'a domain with a collation': { type: 'loosely', one: 'Ann', other: 'ann', third: 'bob' },
  'the collation of the index': {
    type: 'text',
    index: 'CREATE UNIQUE INDEX ON t (k COLLATE ci)',
    one: 'Ann',
    other: 'ann',
    third: 'bob',
  },
  'bpchar without a length': { type: 'bpchar', one: 'a', other: 'a ', third: 'b' },
  'char(n)': { type: 'char(4)', one: 'a', other: 'a ', third: 'b' },
  'varchar(n), blanks beyond n': { type: 'varchar(2)', one: 'aa', other: 'aa ', third: 'b' },
  'fewer digits of a number': {
    type: 'numeric(10,2)',
    source: decimal(12, 3),
    one: '1.001',
    other: '1.004',
    third: '2.000',
  },
  real: { type: 'real', source: decimal(12, 0), one: '16777216', other: '16777217', third: '5' },
  'double precision': {
    type: 'float8',
    source: decimal(38, 0),
    one: '9007199254740992',
    other: '9007199254740993',
    third: '5',
  },
  'digits of a second that are rounded': {
    type: 'timestamp(3)',
    source: moment,
    pair: { fractionDigits: 3, extraDigits: 'round' },
    one: '2026-01-01 00:00:00.000100000',
    other: '2026-01-01 00:00:00.000200000',
    third: '2026-01-02 00:00:00.000000000',
  },
  uuid: {
    type: 'uuid',
    one: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    other: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
    third: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12',
  },
  inet: { type: 'inet', one: '10.0.0.1', other: '10.0.0.1/32', third: '10.0.0.2' },
  'jsonb of text': { type: 'jsonb', one: '{"a": 1}', other: '{"a":1}', third: '{}' },
  'a number of text': { type: 'int', one: '7', other: '07', third: '8' },
  'a date of text': { type: 'date', one: '2026-01-02', other: 'Jan 2, 2026', third: '2026-01-03' },
};
