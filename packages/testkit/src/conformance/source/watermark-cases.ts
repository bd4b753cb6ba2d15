import type { TablePlan, WatermarkBound, WholeSource } from '@snowmelt/core';
import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing } from '../cases.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase, ModeCases } from './mode-cases.ts';
import { ordersTable, planOf, readTable } from './read-table.ts';
import type { WholeSourceHarness } from './source-harness.ts';
import type { ExtractMode } from '@snowmelt/core';

const rows = sampleRows(0, 57);

/** A plan that reads by the watermark ID. */
async function incremental(
  harness: WholeSourceHarness,
  extract: ExtractMode,
  from?: WatermarkBound,
): Promise<{ source: WholeSource; plan: TablePlan }> {
  const source = await harness.open();
  const plan = await planOf(source, await ordersTable(harness), extract);
  const column = plan.columns.find((pair) => pair.source.name === 'ID');
  if (column === undefined) throw new Error('no column ID');
  const watermark = { column, ...(from === undefined ? {} : { from }) };
  return { source, plan: { ...plan, mode: 'append', watermark } };
}

/** Newer rows only. */
export const watermarkCases: ModeCases = needing<ModeCase>(['watermarks'], {
  'P1: rows above the bound are read and counted, and no others': async (harness, extract) => {
    for (const inclusive of [true, false]) {
      const from = { value: '40', inclusive, orNull: false };
      const { source, plan } = await incremental(harness, extract, from);
      const kept = rows.filter(([id]) => (inclusive ? Number(id) >= 40 : Number(id) > 40));
      expect(sorted(await readTable(source, plan))).toEqual(sorted(kept));
      expect(await source.count(plan, testContext())).toBe(kept.length);
    }
  },

  'newest: of the rows that are read; none of no rows': async (harness, extract) => {
    const { source, plan } = await incremental(harness, extract);
    expect(await source.watermarks.newest(plan, testContext())).toBe('56');
    const beyond = { value: '56', inclusive: false, orNull: false };
    const none = await incremental(harness, extract, beyond);
    expect(await none.source.watermarks.newest(none.plan, testContext())).toBeUndefined();
  },
});
