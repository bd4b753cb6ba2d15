import type { LoadedRows } from '../contract/status-store.ts';
import { leftOut } from './left-out.ts';

/** What is told of a chunk that is in the target. */
export function loadedRows({ rows, bytes, ...left }: LoadedRows): LoadedRows {
  return { rows, bytes, ...leftOut(left) };
}
