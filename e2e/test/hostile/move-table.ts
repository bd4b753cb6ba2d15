import {
  decidePlan,
  type ChunkPlan,
  type ExtractMode,
  type WholeSource,
  type WholeTarget,
} from '@snowmelt/core';

import { demoJob } from '../support/demo-job.ts';
import { context } from '../support/demo.ts';

export interface Way {
  readonly source: WholeSource;
  readonly target: WholeTarget;
  readonly databaseUrl: string;
}

/** Moves a table of VEGA.PUBLIC by the real source and target; returns its name in PostgreSQL. */
export async function moveTable(way: Way, table: string, extract: ExtractMode): Promise<string> {
  const { source, target } = way;
  const name = `${table}_${extract}`.toLowerCase();
  const { at: snapshotAt } = await source.pins.pin(context);
  const job = demoJob(
    { databaseUrl: way.databaseUrl, table, targetSchema: 'hostile' },
    {
      mode: 'append',
      read: { extract, chunkColumns: [], sortColumns: [], batchRows: 1_000_000 },
      unsupportedText: 'strip',
    },
  );
  const { plan } = await decidePlan(
    { ...job, target: { ...job.target, name } },
    {
      run: `hostile-${name}`,
      snapshotAt,
      jobs: [],
      source,
      target,
      context,
    },
  );
  await target.prepare(plan, context);
  for await (const planned of source.plan(plan, context)) {
    const chunks: ChunkPlan[] =
      planned.kind === 'load'
        ? [planned]
        : await Array.fromAsync(source.extracts.extract(plan, planned, context));
    for (const chunk of chunks) {
      await target.load(plan, chunk, () => source.open(plan, chunk, context), context);
    }
  }
  await source.extracts.release(plan.run, [plan], context);
  return `hostile.${name}`;
}
