import type { ChunkPlan } from '../contract/chunk.ts';
import type { TablePlan } from '../contract/table-plan.ts';
import type { OpenRun } from './open-run.ts';

const batchSize = 1000;

/**
 * Plans a table's chunks into the status store. A kill in the middle does no harm: the plan is
 * made again, gives the same ids, and the store keeps one of each.
 */
export async function planChunks(plan: TablePlan, run: OpenRun): Promise<void> {
  let batch: ChunkPlan[] = [];
  const flush = async (): Promise<void> => {
    await run.status.addChunks(run.state.id, plan.key, batch);
    tellChunks(plan, batch, run);
    batch = [];
  };
  for await (const chunk of run.source.plan(plan, run.context)) {
    batch.push(chunk);
    if (batch.length >= batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  await run.status.recordTable(run.state.id, plan.key, { type: 'chunked' });
}

export function tellChunks(plan: TablePlan, chunks: readonly ChunkPlan[], run: OpenRun): void {
  const load = chunks.filter(({ kind }) => kind === 'load');
  const rows = load.every(({ expectedRows }) => expectedRows !== undefined)
    ? load.reduce((sum, { expectedRows }) => sum + (expectedRows ?? 0), 0)
    : undefined;
  run.observer.chunksAdded?.(plan.key, { count: load.length, rows });
}
