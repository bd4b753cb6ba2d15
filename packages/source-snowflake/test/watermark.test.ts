import type { LogicalType } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { allRows } from '../src/plan/key-range.ts';
import { selectLines } from '../src/query/select-lines.ts';
import { whereClause } from '../src/sql/relation.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

function where(type: LogicalType, value: string, rules = { inclusive: false, orNull: false }) {
  const watermark = { column: pair('Updated At', type), from: { value, ...rules } };
  return whereClause(tablePlan({ watermark }));
}

const timestamp = (zone: 'none' | 'instant' | 'offset'): LogicalType => ({
  kind: 'timestamp',
  precision: 9,
  zone,
});
const number: LogicalType = { kind: 'decimal', precision: 38, scale: 2 };

describe('rule 3: the bound of an incremental load', () => {
  const at = '2026-03-29T02:30:00.500000';
  const literals: readonly [LogicalType, string, string][] = [
    [timestamp('none'), at, `'${at}'::TIMESTAMP_NTZ`],
    [timestamp('instant'), at, `'${at}+00:00'::TIMESTAMP_LTZ`],
    [timestamp('offset'), at, `'${at}+00:00'::TIMESTAMP_TZ`],
    [{ kind: 'date' }, '2026-03-29', `'2026-03-29'::DATE`],
    [number, '-12.50', '-12.50'],
  ];
  it.each(literals)('%j: %s is a literal of the column’s own type', (type, value, literal) => {
    expect(where(type, value)).toBe(`WHERE ("Updated At" > ${literal})`);
  });

  it('is inclusive and takes NULLs where the plan says so', () => {
    expect(where(number, '7', { inclusive: true, orNull: true })).toBe(
      'WHERE ("Updated At" >= 7 OR "Updated At" IS NULL)',
    );
  });

  it('stands beside filter and range', () => {
    const column = pair('ID', number);
    const watermark = { column, from: { value: '7', inclusive: true, orNull: true } };
    const read = { ...tablePlan().read, filter: 'A = 1 OR B = 2' };
    expect(selectLines(tablePlan({ watermark, read }), allRows)).toContain(
      'WHERE (\nA = 1 OR B = 2\n) AND ("ID" >= 7 OR "ID" IS NULL)',
    );
  });

  it('without a bound all rows are read', () => {
    expect(whereClause(tablePlan({ watermark: { column: pair('ID', number) } }))).toBe('');
  });

  const foreign: readonly [LogicalType, string][] = [
    [number, '1 OR 1=1'],
    [timestamp('none'), `2026-03-29T00:00:00' OR '1'='1`],
    [{ kind: 'date' }, at],
    [{ kind: 'text' }, 'a'],
  ];
  it.each(foreign)('%j: %s is refused', (type, value) => {
    expect(() => where(type, value)).toThrow('is no bound of');
  });
});
