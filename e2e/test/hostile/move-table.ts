import {
  decidePlan,
  type ChunkPlan,
  type ExtractMode,
  type Source,
  type TableJob,
  type Target,
} from '@snowmelt/core';

import { context } from '../support/demo.ts';

export interface Way {
  readonly source: Source;
  readonly target: Target;
  readonly database: string;
}

/** Moves a table of VEGA.PUBLIC by the real source and target; returns its name in PostgreSQL. */
export async function moveTable(way: Way, table: string, extract: ExtractMode): Promise<string> {
  const { source, target } = way;
  const name = `${table}_${extract}`.toLowerCase();
  const { at: snapshotAt } = await source.pin(context);
  const { plan } = await decidePlan(job(table, name, extract, way.database), {
    run: `hostile-${name}`,
    snapshotAt,
    jobs: [],
    source,
    target,
    context,
  });
  await target.prepare(plan, context);
  for await (const planned of source.plan(plan, context)) {
    const chunks: ChunkPlan[] =
      planned.kind === 'load'
        ? [planned]
        : await Array.fromAsync(source.extract(plan, planned, context));
    for (const chunk of chunks) {
      await target.load(plan, chunk, () => source.open(plan, chunk, context), context);
    }
  }
  await source.release(plan.run, [plan], context);
  return `hostile.${name}`;
}

function job(table: string, name: string, extract: ExtractMode, database: string): TableJob {
  return {
    key: table,
    sourceName: 'vega',
    source: { database: 'VEGA', schema: 'PUBLIC', name: table },
    target: { database, schema: 'hostile', name },
    mode: 'append',
    uniqueness: [],
    read: { extract, chunkColumns: [], sortColumns: [], batchRows: 1_000_000 },
    columns: { exclude: [], mapping: {} },
    parallelThreads: 1,
    maxRetryAttempts: 1,
    schemaEvolution: 'create',
    truncateCascade: false,
    unsupportedText: 'strip',
    snapshot: 'required',
    verify: 'count',
    hash: table,
    notices: [],
  };
}
