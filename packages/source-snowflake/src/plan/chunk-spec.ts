import { z } from 'zod';

import type { ChunkPlan, JsonObject } from '@snowmelt/core';

import { keyRangeSchema } from './key-range.ts';

const row = z.int().nonnegative();

/** What `ChunkPlan.spec` holds, in whichever process it is read. */
const chunkSpecSchema = z.discriminatedUnion('way', [
  /** Rows to be unloaded into files. */
  z.strictObject({ way: z.literal('unload'), range: keyRangeSchema }),
  /** Rows to be read by a query; of an extract chunk, whose result is then divided. */
  z.strictObject({ way: z.literal('query'), range: keyRangeSchema }),
  /** Rows `from` (counted from 0) to before `to` of the `rows` that a query's result holds. */
  z.strictObject({ way: z.literal('result'), query: z.string(), from: row, to: row, rows: row }),
  /** A staged file, or some of its rows: `stage` as written in SQL, `path` relative to it. */
  z.strictObject({
    way: z.literal('file'),
    stage: z.string(),
    path: z.string(),
    window: z.strictObject({ from: row, to: row }).optional(),
  }),
]);

export type ChunkSpec = z.infer<typeof chunkSpecSchema>;

export function readSpec(chunk: ChunkPlan): ChunkSpec {
  return chunkSpecSchema.parse(chunk.spec);
}

/** Drops what is undefined, so that the spec is JSON. */
export function writeSpec(spec: ChunkSpec): JsonObject {
  return JSON.parse(JSON.stringify(spec)) as JsonObject;
}
