import type { ChunkPlan } from '@snowmelt/core';

import { storableJson } from '../table/storable.ts';

/**
 * Chunks as arrays, one a column, for `unnest`. The plan goes as text into a json column, which
 * keeps it to the letter; the range is a copy for people, in jsonb.
 */
export function chunkColumns(chunks: readonly ChunkPlan[]): readonly unknown[] {
  return [
    chunks.map(({ id }) => id),
    chunks.map(storedKind),
    chunks.map(({ range }) => storableJson(range)),
    chunks.map((chunk) => JSON.stringify(chunk)),
    chunks.map(({ expectedRows }) => expectedRows ?? null),
    chunks.map(({ expectedBytes }) => expectedBytes ?? null),
  ];
}

/**
 * Inserts chunks of the table rows `from` names, in the order of the arrays ($3 to $8). A chunk
 * that is there already stays as it is.
 */
export const insertChunks = (from: string): string => `
  INSERT INTO migration_status.migration_chunk_status
    (run_id, table_key, source_name, source_database, source_schema, source_table,
     target_database, target_schema, target_table,
     chunk_id, kind, chunk_range, plan, expected_rows, expected_bytes)
  SELECT t.run_id, t.table_key, t.source_name, t.source_database, t.source_schema, t.source_table,
    t.target_database, t.target_schema, t.target_table,
    c.id, c.kind, c.range::jsonb, c.plan::json, c.expected_rows, c.expected_bytes
  FROM ${from}
  JOIN migration_status.migration_table_status t USING (run_id, table_key),
    unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
      WITH ORDINALITY AS c (id, kind, range, plan, expected_rows, expected_bytes, position)
  ORDER BY c.position
  ON CONFLICT (run_id, table_key, chunk_id) DO NOTHING`;

/** Files of keys have a word of their own here: what is counted as the table's is `load`. */
function storedKind({ kind, of }: ChunkPlan): 'extract' | 'keys' | 'load' {
  return kind === 'load' && of === 'keys' ? 'keys' : kind;
}
