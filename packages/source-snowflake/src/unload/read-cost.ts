import type { ChunkPlan, ReadCost, TablePlan } from '@snowmelt/core';

import { urlBatch } from './file-urls.ts';
import { chunkKeys } from '../plan/chunk-keys.ts';
import { readSpec } from '../plan/chunk-spec.ts';

/**
 * Statements and scans of a table's way, those of its description apart, which tables of a schema
 * share. Ranges of bare columns are taken to read the table once together, ranges that are compared
 * through a function to read all of it each; the histogram reads the columns that it cuts by. COUNT is
 * a statement and no scan: without a filter Snowflake answers it from metadata.
 */
export function readCost(
  table: TablePlan,
  chunks: readonly ChunkPlan[],
  { digest, fileBytes }: { readonly digest: boolean; readonly fileBytes: number },
): ReadCost {
  const planned = chunks.some((chunk) => rangeOf(chunk) === 'cut');
  const whole = scansOf(chunks) + (digest ? 1 : 0);
  const scans = whole + (planned ? keyShare(table) : 0);
  const statements =
    chunks.length + (planned ? 1 : 0) + (table.snapshot.pinned ? 1 : 0) + (digest ? 1 : 0);
  const { estimatedBytes: bytes } = table;
  return {
    statements: statements + (table.extract === 'unload' ? aroundUnload(table, fileBytes) : 0),
    scans: Math.round(scans * 100) / 100,
    ...(bytes === undefined ? {} : { bytes: Math.round(bytes * scans) }),
  };
}

function rangeOf(chunk: ChunkPlan): 'all' | 'cut' {
  const spec = readSpec(chunk);
  return 'range' in spec ? spec.range.keys : 'all';
}

function scansOf(chunks: readonly ChunkPlan[]): number {
  const prunes = chunks.every((chunk) => {
    const spec = readSpec(chunk);
    if (!('range' in spec) || spec.range.keys === 'all') return true;
    return spec.range.by[0]?.reading === 'column';
  });
  return prunes ? Math.min(1, chunks.length) : chunks.length;
}

/** By their number: what a column holds is not known. */
function keyShare(table: TablePlan): number {
  const keys = chunkKeys(table).length || (table.clusterColumns?.length ?? 1);
  return Math.min(1, keys / table.columns.length);
}

/** The stage made and dropped, and the URLs of its files. */
function aroundUnload({ read, estimatedBytes = 0 }: TablePlan, fileBytes: number): number {
  const files = Math.max(1, Math.ceil(estimatedBytes / fileBytes));
  return Math.ceil(files / urlBatch) + (read.stage === undefined ? 2 : 1);
}
