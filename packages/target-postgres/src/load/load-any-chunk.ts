import type { LoadReceipt } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import type { CopyWay } from './copy-stream.ts';
import { loadChunk, type LoadRequest } from './load-chunk.ts';

/**
 * Loads a chunk as CSV, and, where a server before 18 would take a line `\.` of it for the end of
 * the data, once more as COPY's text format (decision 13). The first transaction has left nothing.
 */
export async function loadAnyChunk(
  databases: Databases,
  request: Omit<LoadRequest, 'way'>,
): Promise<LoadReceipt> {
  const csv: CopyWay = { format: 'csv', endOfDataSeen: false };
  try {
    return await loadChunk(databases, { ...request, way: csv });
  } catch (error) {
    if (!csv.endOfDataSeen) throw error;
    const { table, chunk, context } = request;
    context.log.info('chunk_as_text', { table: table.key, chunk: chunk.id });
    return loadChunk(databases, { ...request, way: { format: 'text', endOfDataSeen: false } });
  }
}
