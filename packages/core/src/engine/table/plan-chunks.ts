import type { ChunkPlan } from '../../contract/chunk.ts';
import type { TablePlan } from '../../contract/table-plan.ts';
import { asKeys, keysPlan } from './keys-plan.ts';
import type { OpenRun } from './open-run.ts';

const batchSize = 1000;

/**
 * Plans a table's chunks into the status store. A kill in the middle does no harm: the plan is
 * made again, gives the same ids, and the store keeps one of each.
 */
export async function planChunks(plan: TablePlan, run: OpenRun): Promise<void> {
  await addChunks(plan, run.source.plan(plan, run.context), run);
  const keys = keysPlan(plan);
  if (keys !== undefined) await addChunks(plan, run.source.plan(keys, run.context), run, asKeys);
  await run.status.recordTable(run.state.id, plan.key, { type: 'chunked' });
}

async function addChunks(
  plan: TablePlan,
  chunks: AsyncIterable<ChunkPlan>,
  run: OpenRun,
  as: (chunk: ChunkPlan) => ChunkPlan = (chunk) => chunk,
): Promise<void> {
  let batch: ChunkPlan[] = [];
  const flush = async (): Promise<void> => {
    await run.status.addChunks(run.state.id, plan.key, batch);
    tellChunks(plan, batch, run);
    batch = [];
  };
  for await (const chunk of chunks) {
    batch.push(as(chunk));
    if (batch.length >= batchSize) await flush();
  }
  if (batch.length > 0) await flush();
}

export function tellChunks(plan: TablePlan, chunks: readonly ChunkPlan[], run: OpenRun): void {
  const ofRows = chunks.filter((chunk) => chunk.of !== 'keys');
  if (ofRows.length === 0) return;
  const load = ofRows.filter(({ kind }) => kind === 'load');
  const rows = load.every(({ expectedRows }) => expectedRows !== undefined)
    ? load.reduce((sum, { expectedRows }) => sum + (expectedRows ?? 0), 0)
    : undefined;
  run.observer.chunksAdded?.(plan.key, { count: load.length, rows });
}
