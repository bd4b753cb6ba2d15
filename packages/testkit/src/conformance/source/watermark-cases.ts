import type { ExtractMode, TablePlan, WatermarkBound } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing } from '../cases.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase, ModeCases } from './mode-cases.ts';
import { ordersTable, planOf, readTable } from './read-table.ts';
import type { WholeSourceHarness } from './source-harness.ts';

const rows = sampleRows(0, 57);

/** A source, and plans that read by the watermark ID from a bound on. */
async function begin(harness: WholeSourceHarness, extract: ExtractMode) {
  const source = await harness.open();
  const plan = await planOf(source, await ordersTable(harness), extract);
  const column = plan.columns.find((pair) => pair.source.name === 'ID');
  if (column === undefined) throw new Error('no column ID');
  const planFrom = (from?: WatermarkBound): TablePlan => {
    const watermark = { column, ...(from === undefined ? {} : { from }) };
    return { ...plan, mode: 'append', watermark };
  };
  return { source, planFrom };
}

/** Newer rows only. */
export const watermarkCases: ModeCases = needing<ModeCase>(['watermarks'], {
  'P1: rows above the bound are read and counted, and no others': async (harness, extract) => {
    const { source, planFrom } = await begin(harness, extract);
    for (const inclusive of [true, false]) {
      const plan = planFrom({ value: '40', inclusive, orNull: false });
      const kept = rows.filter(([id]) => (inclusive ? Number(id) >= 40 : Number(id) > 40));
      expect(sorted(await readTable(source, plan))).toEqual(sorted(kept));
      expect(await source.count(plan, testContext())).toBe(kept.length);
    }
  },

  'newest: of the rows that are read; none of no rows': async (harness, extract) => {
    const { source, planFrom } = await begin(harness, extract);
    expect(await source.watermarks.newest(planFrom(), testContext())).toBe('56');
    const beyond = planFrom({ value: '56', inclusive: false, orNull: false });
    expect(await source.watermarks.newest(beyond, testContext())).toBeUndefined();
  },
});
