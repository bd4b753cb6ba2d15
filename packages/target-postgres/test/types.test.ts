import type { LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { compatibility } from '../src/types/compatibility.ts';
import { fractionDigits } from '../src/types/fraction-digits.ts';
import { logicalType } from '../src/types/logical-type.ts';
import { postgresType } from '../src/types/type-map.ts';
import { column } from './fixtures.ts';

const decimal = (precision: number, scale = 0): LogicalType => ({
  kind: 'decimal',
  precision,
  scale,
});
const time = (precision: number): LogicalType => ({ kind: 'time', precision });

describe('postgresType', () => {
  const cases: readonly (readonly [LogicalType, string | undefined])[] = [
    [{ kind: 'boolean' }, 'boolean'],
    [decimal(1), 'smallint'],
    [decimal(4), 'smallint'],
    [decimal(5), 'integer'],
    [decimal(9), 'integer'],
    [decimal(10), 'bigint'],
    [decimal(18), 'bigint'],
    [decimal(19), 'numeric(19,0)'],
    [decimal(38), 'numeric(38,0)'],
    [decimal(4, 2), 'numeric(4,2)'],
    [decimal(38, 37), 'numeric(38,37)'],
    [{ kind: 'decimal' }, 'numeric'],
    [{ kind: 'decimal', precision: 10 }, 'bigint'],
    [{ kind: 'float', bits: 64 }, 'double precision'],
    [{ kind: 'float', bits: 32 }, 'real'],
    [{ kind: 'decfloat' }, 'numeric'],
    [{ kind: 'text' }, 'text'],
    [{ kind: 'text', length: 1 }, 'varchar(1)'],
    [{ kind: 'text', length: 10_485_760 }, 'varchar(10485760)'],
    [{ kind: 'text', length: 16_777_216 }, 'text'],
    [{ kind: 'uuid' }, 'uuid'],
    [{ kind: 'binary', length: 10 }, 'bytea'],
    [{ kind: 'date' }, 'date'],
    [time(9), 'time(6)'],
    [time(0), 'time(0)'],
    [{ kind: 'timestamp', precision: 9, zone: 'none' }, 'timestamp(6)'],
    [{ kind: 'timestamp', precision: 3, zone: 'instant' }, 'timestamptz(3)'],
    [{ kind: 'timestamp', precision: 9, zone: 'offset' }, 'timestamptz(6)'],
    [{ kind: 'json', shape: 'array' }, 'jsonb'],
    [{ kind: 'spatial', model: 'geography' }, 'text'],
    [{ kind: 'vector', element: 'float', dimension: 3 }, 'real[]'],
    [{ kind: 'vector', element: 'int', dimension: 3 }, 'integer[]'],
    [{ kind: 'interval' }, 'interval'],
    [{ kind: 'unknown' }, undefined],
  ];
  it.each(cases)('%j is %s', (type, expected) => {
    expect(postgresType(type)).toBe(expected);
  });
});

describe('logicalType', () => {
  const unmapped = ['real[]', '"char"', 'time with time zone', 'money', 'public.mood', 'xml'];
  it.each(unmapped)('%s is unknown', (formatted) => {
    expect(logicalType(formatted)).toEqual({ kind: 'unknown' });
  });
});

describe('fractionDigits', () => {
  const digits = (source: LogicalType, target?: LogicalType) =>
    fractionDigits(column('s', source), target && column('t', target));

  it('are what the target keeps, where the source has more', () => {
    expect(digits(time(9))).toBe(6);
    expect(digits(time(6))).toBeUndefined();
    expect(digits({ kind: 'timestamp', precision: 9, zone: 'none' }, time(3))).toBe(3);
    expect(digits(time(2), time(3))).toBeUndefined();
    expect(digits(time(9), { kind: 'text' })).toBeUndefined();
    expect(digits({ kind: 'date' })).toBeUndefined();
  });
});

describe('compatibility', () => {
  const fits = (source: LogicalType, target: LogicalType) => compatibility(source, target).fits;

  it('takes Snowflake integers into any integer column without a word', () => {
    for (const precision of [4, 9, 18]) expect(fits(decimal(38), decimal(precision))).toBe('yes');
  });

  it('names what is lost', () => {
    expect(fits(decimal(10, 4), decimal(10, 2))).toBe('loss');
    expect(fits({ kind: 'decimal' }, decimal(10, 2))).toBe('loss');
    expect(fits({ kind: 'float', bits: 64 }, { kind: 'float', bits: 32 })).toBe('loss');
    expect(fits(decimal(38), { kind: 'float', bits: 64 })).toBe('loss');
  });

  it('takes everything into text, and text into everything if it can be read', () => {
    expect(fits({ kind: 'json', shape: 'any' }, { kind: 'text' })).toBe('yes');
    expect(fits({ kind: 'text' }, { kind: 'date' })).toBe('cast');
    expect(fits({ kind: 'boolean' }, { kind: 'unknown' })).toBe('cast');
  });

  it('refuses what would change its meaning', () => {
    expect(fits({ kind: 'timestamp', precision: 6, zone: 'offset' }, { kind: 'date' })).toBe('no');
    expect(fits({ kind: 'boolean' }, decimal(4))).toBe('no');
    expect(fits({ kind: 'binary' }, { kind: 'uuid' })).toBe('no');
  });
});
