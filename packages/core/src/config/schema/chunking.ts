import { z } from 'zod';

import { doc, none } from './key-doc.ts';

const names = z.array(z.string().min(1));

export const chunkingTypes = [
  'int',
  'bigint',
  'integer',
  'number',
  'numeric',
  'varchar_numeric',
  'date',
  'timestamp',
  'timestamp_ntz',
  'timestamp_ltz',
  'timestamp_tz',
  'uuid',
  'varchar',
  'text',
] as const;

/** How a table is cut into chunks, and what moves at a time. */
export const chunkingShape = {
  chunking_columns: names.default([]).meta(
    doc({
      description:
        'Source columns that chunks are cut by, the coarsest first, whether they are copied or not. Ranges of the first; where one of its values has more rows than a chunk, ranges of the second in it, and so on with as many as are named.',
      example: ['ORDER_DATE', 'ORDER_ID'],
      speed:
        'One aggregate query plans a table. Best is the column that the table is clustered by. Without any, a table that is read by query is cut by its clustering key where it has one; any other is scanned once, by one statement, whose result is divided into chunks. An unload is one segment.',
      safety: 'Rows whose key is NULL get a chunk of their own.',
    }),
  ),
  chunking_column_types: z
    .array(z.enum(chunkingTypes))
    .default([])
    .meta(
      doc({
        description:
          'Their types, in the same order and as many, in any case; synonyms such as `string` and `NUMBER(38,0)` are known. A type that contradicts the one that the column has in Snowflake is refused; text that holds numbers is `varchar_numeric`.',
        example: ['date', 'bigint'],
        absent: 'those that the columns have in Snowflake',
        speed: 'Each chunk by `varchar_numeric` reads the whole table.',
        safety: 'With `varchar_numeric`, texts that are no number are in one chunk with NULL.',
      }),
    ),
  sort_columns: names.default([]).meta(
    doc({
      description: 'Order of the rows inside a chunk: source columns as Snowflake stores them.',
      example: ['ORDER_ID'],
      speed:
        'Costs the warehouse a sort of each chunk; rows that lie in order can make reading the target faster.',
      safety: none,
    }),
  ),
  parallel_threads: z
    .int()
    .min(1)
    .optional()
    .meta(
      doc({
        description: 'Chunks of this table in flight at most; warns over 20.',
        example: 2,
        speed: 'The global `parallel_threads` is the limit of all tables together.',
        safety: none,
      }),
    ),
  batch_size: z
    .int()
    .min(100)
    .optional()
    .meta(
      doc({
        description: 'Rows that a chunk of this table aims at when it is read by query.',
        example: 10_000,
        absent:
          'the global `batch_size`; for chunks that are COPYed the global `batch_size_copy_mode` first',
        speed: 'As the global `batch_size`.',
        safety: 'As the global `batch_size`.',
      }),
    ),
  batch_size_copy_mode: z
    .int()
    .min(100)
    .optional()
    .meta(
      doc({
        description: 'The same for chunks of this table that are COPYed straight into the target.',
        example: 35_000,
        absent: "the table's `batch_size`, then the global `batch_size_copy_mode`",
        speed: 'As the global `batch_size`.',
        safety: 'As the global `batch_size`.',
      }),
    ),
};
