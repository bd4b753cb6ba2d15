import { buffer } from 'node:stream/consumers';

import {
  decidePlan,
  type ExtractMode,
  type WholeSource,
  type TableJob,
  type TablePlan,
  type WholeTarget,
} from '@snowmelt/core';
import { allTypesTable, startDemo, type Demo } from '@snowmelt/demo';
import { createPostgresTarget } from '@snowmelt/target-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { context, demoSource } from './support/demo.ts';

describe('unload and query', () => {
  let demo: Demo;
  let source: WholeSource;
  let target: WholeTarget;

  beforeAll(async () => {
    demo = await startDemo({ tables: [allTypesTable, 'MOVIES', 'SPECIES'] });
    source = demoSource(demo);
    target = createPostgresTarget({ connection: { url: demo.databaseUrl }, maxConnections: 2 });
  }, 120_000);

  afterAll(async () => {
    await source?.[Symbol.asyncDispose]();
    await target?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
  });

  it.each([
    [allTypesTable, 5],
    ['MOVIES', 3201],
    ['SPECIES', 12_360],
  ])('give the same bytes for %s', async (table, rows) => {
    const unloaded = await read(await planOf(table, 'unload'));
    const queried = await read(await planOf(table, 'query'));
    expect(unloaded.rows).toBe(rows);
    expect(queried.rows).toBe(rows);
    expect(unloaded.bytes.length).toBeGreaterThan(rows);
    expect(sortedLines(queried.bytes)).toBe(sortedLines(unloaded.bytes));
  });

  async function planOf(table: string, extract: ExtractMode): Promise<TablePlan> {
    const { at: snapshotAt } = await source.pins.pin(context);
    const run = `e2e-${table}-${extract}`.toLowerCase();
    const { plan } = await decidePlan(job(table, extract), {
      run,
      snapshotAt,
      jobs: [],
      source,
      target,
      context,
    });
    return plan;
  }

  function job(table: string, extract: ExtractMode): TableJob {
    return {
      key: table,
      sourceName: 'vega',
      source: { database: 'VEGA', schema: 'PUBLIC', name: table },
      target: {
        database: new URL(demo.databaseUrl).pathname.slice(1),
        schema: 'same_bytes',
        name: table.toLowerCase(),
      },
      mode: 'append',
      uniqueness: [],
      read: { extract, chunkColumns: [], sortColumns: [], batchRows: 25_000 },
      columns: { exclude: [], mapping: {} },
      parallelThreads: 1,
      maxRetryAttempts: 1,
      schemaEvolution: 'create',
      emptiesOthers: false,
      snapshot: 'required',
      verify: 'count',
      hash: table,
      notices: [],
    };
  }

  async function read(plan: TablePlan): Promise<{ bytes: Buffer; rows: number }> {
    const parts: Buffer[] = [];
    let rows = 0;
    for await (const planned of source.plan(plan, context)) {
      const chunks =
        planned.kind === 'load'
          ? [planned]
          : await Array.fromAsync(source.extracts.extract(plan, planned, context));
      for (const chunk of chunks) {
        const stream = await source.open(plan, chunk, context);
        parts.push(await buffer(stream.bytes));
        rows += stream.expectedRows ?? 0;
      }
    }
    await source.extracts.release(plan.run, [plan], context);
    return { bytes: Buffer.concat(parts), rows };
  }
});

/** Neither way promises an order. Lines are compared as bytes, whatever rows they belong to. */
function sortedLines(bytes: Buffer): string {
  return bytes.toString('latin1').split('\n').sort().join('\n');
}
