import type { PlanParts } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { reachQuery } from '../src/changes/reach-changes.ts';
import { digestQuery } from '../src/check/digest-table.ts';
import { allRows } from '../src/plan/key-range.ts';
import { planChunks } from '../src/plan/plan-chunks.ts';
import { selectLines } from '../src/query/select-lines.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const columns = [
  pair('ID', { kind: 'decimal', precision: 38, scale: 0 }),
  pair('Some Text', { kind: 'text' }),
];
const feed = '2026-01-01T00:00:00.000000000+00:00';
const from = '2026-11-22T20:00:00.000000001+00:00';
const plan = (more: PlanParts = {}) =>
  tablePlan({ columns, mode: 'changes', keyColumns: ['id'], changes: { feed, from }, ...more });

const window = `"SHOP"."PUBLIC"."ORDERS" CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => '2026-11-22T20:00:00.000000001+00:00'::TIMESTAMP_LTZ) END(TIMESTAMP => '2026-11-23T21:40:00.123456789+00:00'::TIMESTAMP_LTZ)`;

describe('SQL of changes', () => {
  it('P3: reads net changes between the snapshot that is held and that of the run', () => {
    expect(selectLines(plan(), allRows))
      .toBe(`SELECT CASE WHEN METADATA$ACTION = 'INSERT' THEN 'I,' || COALESCE(TO_VARCHAR("ID"), '')
 || ',' || COALESCE('"' || REPLACE("Some Text", '"', '""') || '"', '')
ELSE 'D,' || COALESCE(TO_VARCHAR("ID"), '')
 || ',' || COALESCE('', '') END AS "LINE"
FROM ${window}`);
  });

  it('P3: without the snapshot that is held, and in a digest, the table as of the run', () => {
    const base = plan({ mode: 'append', changes: { feed } });
    const at = `ORDERS" AT(TIMESTAMP => '2026-11-23T21:40:00.123456789+00:00'::TIMESTAMP_LTZ)`;
    expect(selectLines(base, allRows)).toContain(at);
    expect(selectLines(base, allRows)).not.toMatch(/CHANGES|METADATA/);
    expect(digestQuery(base, columns)).toContain(at);
  });

  it('asks the filter of both sides of a change', () => {
    const read = { ...plan().read, filter: `"Some Text" <> 'x'` };
    expect(selectLines(plan({ read }), allRows)).toContain(
      `${window}\nWHERE (\n"Some Text" <> 'x'\n)`,
    );
  });

  it('is one statement, however many changes there are', async () => {
    const table = plan({ estimatedRows: 1_000_000_000 });
    const ask = async () => Promise.reject(new Error('nothing to be asked'));
    const chunks = await Array.fromAsync(planChunks(table, 1000, ask, testContext()));
    expect(chunks.map(({ id, kind }) => [id, kind])).toEqual([['00001-all', 'extract']]);
    const unloaded = planChunks({ ...table, extract: 'unload' }, 1000, ask, testContext());
    expect(await Array.fromAsync(unloaded)).toMatchObject([{ id: '00001-all', kind: 'extract' }]);
  });

  it('P3: asks whether changes can be had without a row, and not up to the point of the run', () => {
    expect(reachQuery(plan())).toBe(
      `SELECT 1 FROM "SHOP"."PUBLIC"."ORDERS" CHANGES(INFORMATION => DEFAULT) AT(TIMESTAMP => '2026-11-22T20:00:00.000000001+00:00'::TIMESTAMP_LTZ) LIMIT 0`,
    );
  });
});
