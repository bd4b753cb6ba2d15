import type { LoadedRows } from '../contract/status-store.ts';

/** What is told of a chunk that is in the target. */
export function loadedRows({ rows, bytes, rejected = 0 }: LoadedRows): LoadedRows {
  return { rows, bytes, ...(rejected === 0 ? {} : { rejected }) };
}
