import type { ChunkPlan, JsonObject, TablePlan, WorkContext } from '@snowmelt/core';

import { chooseStrategy, rangeRequest } from './choose-strategy.ts';
import { writeSpec } from './chunk-spec.ts';
import type { Ask, PlannedRange } from './strategy.ts';

/** More segments than this load no sooner. */
const mostSegments = 256;

/**
 * Load chunks where each range is a query, extract chunks where it gives files or a result to divide. The ids are
 * numbers in the order of the ranges: the same snapshot gives the same ranges and ids, so that a plan
 * that was broken off and one that is made again don't mix.
 */
export async function* planChunks(
  table: TablePlan,
  segmentBytes: number,
  ask: Ask,
  context: WorkContext,
): AsyncGenerator<ChunkPlan> {
  context.signal.throwIfAborted();
  const request = rangeRequest(table, rowsOfChunk(table, segmentBytes));
  const strategy = chooseStrategy(request);
  const ranges = await strategy.ranges(request, ask, context);
  context.log.debug('chunks_planned', {
    table: table.key,
    strategy: strategy.name,
    chunks: ranges.length,
  });
  const kind = table.extract === 'query' && strategy.dividesResult !== true ? 'load' : 'extract';
  for (const [index, range] of ranges.entries()) yield { ...chunkOf(table, range, index), kind };
}

/**
 * By query, what the configuration asks for. For an unload, as many rows as a segment's bytes
 * hold by the catalog's average; one segment where the catalog says nothing.
 */
function rowsOfChunk(table: TablePlan, segmentBytes: number): number {
  const { estimatedRows, estimatedBytes } = table;
  if (table.extract === 'query') return table.read.batchRows;
  if (estimatedRows === undefined || estimatedBytes === undefined) return Infinity;
  const segments = Math.min(mostSegments, Math.max(1, Math.ceil(estimatedBytes / segmentBytes)));
  return Math.max(1, Math.ceil(estimatedRows / segments));
}

function chunkOf(table: TablePlan, planned: PlannedRange, index: number): Omit<ChunkPlan, 'kind'> {
  const { range, label, expectedRows } = planned;
  return {
    id: `${String(index + 1).padStart(5, '0')}-${label}`,
    range: JSON.parse(JSON.stringify(range)) as JsonObject,
    spec: writeSpec({ way: table.extract, range }),
    ...(expectedRows === undefined ? {} : { expectedRows }),
  };
}
