import type { LogicalType, TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { integer, pair, planFor, text } from './fixtures.ts';
import { emptyBench } from './use-bench.ts';

const wallClock: LogicalType = { kind: 'timestamp', precision: 6, zone: 'none' };

describe('the watermark', () => {
  const on = emptyBench();
  const context = testContext();

  const plan = (parts: Partial<TablePlan> = {}) =>
    planFor(on.database, { mode: 'upsert', keyColumns: ['id'], ...parts });

  async function load(table: TablePlan, rows: readonly (readonly string[])[]) {
    await on.target.prepare(table, context);
    return on.load(table, rows);
  }

  const column = pair('at', wallClock, { targetType: wallClock });
  const zoned: LogicalType = { kind: 'timestamp', precision: 6, zone: 'instant' };

  async function newestOf(type: string, value: string, logical: LogicalType) {
    await on.sql.query(`CREATE TABLE t (at ${type}); INSERT INTO t VALUES (${value}), (NULL)`);
    const asked = pair('at', logical, { targetType: logical });
    return on.target.watermarks.newest(plan(), asked, context);
  }

  const values: readonly [string, string, LogicalType, string][] = [
    ['timestamp', `'2026-03-01 10:00:00.5'`, wallClock, '2026-03-01T10:00:00.500000'],
    ['timestamptz', `'2026-03-01 10:00:00+02'`, zoned, '2026-03-01T08:00:00.000000'],
    ['date', `'2026-03-01'`, { kind: 'date' }, '2026-03-01'],
    [
      'numeric',
      '12345678901234567890123456789012345678',
      integer,
      `${'1234567890'.repeat(3)}12345678`,
    ],
    ['bigint', '-5', integer, '-5'],
  ];
  it.each(values)('rule 3: the bound of %s %s is typed', async (type, value, logical, bound) => {
    expect(await newestOf(type, value, logical)).toEqual({ value: bound });
  });

  it.each(['infinity', '10000-01-01', '0044-03-15 BC'])(
    'P1: %s is no bound, and is told',
    async (value) => {
      await expect(newestOf('timestamp', `'${value}'`, wallClock)).rejects.toMatchObject({
        code: 'TARGET.TABLE_UNSUITABLE',
      });
    },
  );

  it('P1: where the target has cut digits off, as old counts as newer', async () => {
    const cut = { ...column, fractionDigits: 6 };
    const table = plan({
      columns: [pair('id', integer), pair('name', text), cut],
      primaryKey: ['id'],
      watermark: { column: cut },
    });
    await load(table, [['1', 'a', '2026-03-01T10:00:00.123456']]);
    await load({ ...table, run: 'run-2' }, [['1', 'b', '2026-03-01T10:00:00.123456']]);
    await load({ ...table, run: 'run-3' }, [['1', 'c', '2026-03-01T10:00:00.123455']]);
    const { rows } = await on.sql.query('SELECT id, name FROM t');
    expect(rows).toEqual([{ id: '1', name: 'b' }]);
  });
});
