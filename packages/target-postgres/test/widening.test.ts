import type { LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { widerType } from '../src/types/widening.ts';
import { column } from './fixtures.ts';

const decimal = (precision: number, scale = 0): LogicalType => ({
  kind: 'decimal',
  precision,
  scale,
});
const text = (length?: number): LogicalType => ({
  kind: 'text',
  ...(length === undefined ? {} : { length }),
});
const ntz = (precision: number): LogicalType => ({ kind: 'timestamp', precision, zone: 'none' });
const float: LogicalType = { kind: 'float', bits: 64 };

describe('widerType: same family, room for both, and nothing that was not declared', () => {
  it.each<[LogicalType, string, string | undefined]>([
    [decimal(5), 'smallint', 'integer'],
    [decimal(9), 'smallint', 'integer'],
    [decimal(10), 'integer', 'bigint'],
    [decimal(18), 'bigint', undefined],
    [decimal(20), 'bigint', 'numeric(20,0)'],
    [decimal(19), 'smallint', 'numeric(19,0)'],
    [decimal(4), 'bigint', undefined],
    // NUMBER, as Snowflake names every integer: users mean bigint.
    [decimal(38), 'smallint', undefined],
    [decimal(38), 'bigint', undefined],
    [decimal(38), 'numeric(10,0)', undefined],
    [decimal(12, 2), 'integer', 'numeric(21,2)'],
    [decimal(12, 2), 'numeric(10,2)', 'numeric(12,2)'],
    [decimal(10, 4), 'numeric(10,2)', 'numeric(12,4)'],
    [decimal(38, 10), 'numeric(38,0)', 'numeric(48,10)'],
    [decimal(10, 2), 'numeric(12,2)', undefined],
    [decimal(10, 2), 'numeric', undefined],
    [decimal(10, 2), 'double precision', undefined],
    [decimal(10, 2), 'text', undefined],
    [text(50), 'character varying(20)', 'character varying(50)'],
    [text(20), 'character varying(50)', undefined],
    [text(12_000_000), 'character varying(50)', 'text'],
    [text(16_777_216), 'character varying(50)', undefined],
    [text(134_217_728), 'character varying(50)', undefined],
    [text(), 'character varying(50)', undefined],
    [text(50), 'character(20)', undefined],
    [text(50), 'text', undefined],
    [float, 'real', 'double precision'],
    [float, 'double precision', undefined],
    [float, 'numeric(10,2)', undefined],
    [ntz(9), 'timestamp(3) without time zone', 'timestamp(6) without time zone'],
    [ntz(3), 'timestamp(0) without time zone', 'timestamp(3) without time zone'],
    [ntz(9), 'timestamp without time zone', undefined],
    [ntz(9), 'timestamp(3) with time zone', 'timestamp(6) with time zone'],
    [ntz(9), 'date', undefined],
    [{ kind: 'time', precision: 9 }, 'time(0) without time zone', 'time(6) without time zone'],
    [{ kind: 'time', precision: 9 }, 'timestamp(0) without time zone', undefined],
    [{ kind: 'json', shape: 'any' }, 'json', undefined],
  ])('%j into %s: %s', (source, nativeType, to) => {
    expect(widerType(source, { ...column('c', source), nativeType })?.to).toBe(to);
  });

  it('leaves a domain to whoever made it', () => {
    const domain = { base: 'smallint', checked: false };
    const existing = { ...column('c', decimal(4)), nativeType: 'small', domain };
    expect(widerType(decimal(9), existing)).toBeUndefined();
  });
});
