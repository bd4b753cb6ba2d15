import type { ChunkPlan } from '../../contract/chunk.ts';
import type { TablePlan } from '../../contract/table-plan.ts';

const idPrefix = 'keys/';

/**
 * The plan by which the source gives the keys of all its rows: the key columns alone, at the same
 * snapshot point and under the same filter, but from no watermark on. Absent: none are needed.
 */
export function keysPlan(plan: TablePlan): TablePlan | undefined {
  if (!('deleteMissing' in plan)) return undefined;
  const keys = plan.deleteMissing?.keys;
  if (keys === undefined) return undefined;
  const { watermark: _allRows, estimatedRows: _rows, estimatedBytes: _bytes, ...same } = plan;
  return {
    ...same,
    ...keys,
    columns: plan.columns.filter(({ target }) => plan.keyColumns.includes(target)),
    read: { ...plan.read, sortColumns: [] },
  };
}

/** The chunk of keys with an id that no chunk of rows has. */
export function asKeys(chunk: ChunkPlan): ChunkPlan {
  const id = chunk.id.startsWith(idPrefix) ? chunk.id : `${idPrefix}${chunk.id}`;
  return { ...chunk, id, of: 'keys' };
}

/** What the source is asked with for a chunk of the plan. */
export function planOfChunk(plan: TablePlan, chunk: ChunkPlan): TablePlan {
  return chunk.of === 'keys' ? (keysPlan(plan) ?? plan) : plan;
}
