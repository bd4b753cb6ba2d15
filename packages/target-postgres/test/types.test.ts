import type { LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { fractionDigits } from '../src/types/fraction-digits.ts';
import { readType } from '../src/sql/postgres-type.ts';
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
    [decimal(3, 5), 'numeric(5,5)'],
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
    [{ kind: 'interval', from: 'day', to: 'second', precision: 9 }, 'interval'],
    [{ kind: 'unknown' }, undefined],
  ];
  it.each(cases)('%j is %s', (type, expected) => {
    expect(postgresType(type)).toBe(expected);
  });
});

describe('readType', () => {
  const unmapped = ['time with time zone', 'money', 'public.mood', 'xml', 'halfvec(3)', 'bit(3)'];
  it.each(unmapped)('%s has no type that both sides share', (formatted) => {
    expect(readType(formatted).logical).toEqual({ kind: 'unknown' });
  });

  it.each<[string, LogicalType]>([
    ['vector(3)', { kind: 'vector', element: 'float', dimension: 3 }],
    ['extensions.vector', { kind: 'vector', element: 'float', dimension: 0 }],
    ['geometry(Point,4326)', { kind: 'spatial', model: 'geometry' }],
    ['"My Schema".geography(PointZ,4326)', { kind: 'spatial', model: 'geography' }],
    ['interval day to second(3)', { kind: 'interval', from: 'year', to: 'second', precision: 3 }],
    ['interval year', { kind: 'interval', from: 'year', to: 'year', precision: 0 }],
    ['numeric(5,-2)', { kind: 'decimal', precision: 5, scale: -2 }],
  ])('%s', (formatted, logical) => {
    expect(readType(formatted).logical).toEqual(logical);
  });

  it('knows what an array is made of', () => {
    expect(readType('character varying(3)[]').element).toMatchObject({ class: 'varchar' });
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
