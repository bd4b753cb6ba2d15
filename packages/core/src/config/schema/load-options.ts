import { z } from 'zod';

import { doc, none } from './key-doc.ts';

const stage = z.string().regex(/^@./, 'must begin with @, such as @db.schema.stage/path');

/** What a table says of its load, and the whole file for all tables that do not say it. */
export const loadOptions = {
  extract: z.enum(['auto', 'unload', 'query']).meta(
    doc({
      description:
        '`unload`: files through a stage, for volume. `query`: one SELECT for the table, whose result is read in chunks, or one for each range of `chunking_columns`. `auto`: by query up to 200,000 rows and 32 MiB by the catalog, else by unload where one row can be unloaded and read again; `changes` by query.',
      example: 'unload',
      speed:
        '`unload` lets the warehouse render and compress in parallel, and a resume reads the files again, not the table; so it does the result of a `query` for 24 hours, after which the table begins anew. `query` saves the seconds around a stage for small tables.',
      safety: 'Both give the same bytes for the same rows.',
    }),
  ),
  snapshot: z.enum(['auto', 'required', 'off']).meta(
    doc({
      description:
        'One point in time for all chunks (Time Travel). `required` refuses an object that has none; `auto` says so in the plan and reads it by one statement; `off` reads it so as well.',
      example: 'required',
      speed:
        'What is not read at a snapshot is not cut by key ranges: one statement reads it, whose result is divided.',
      safety:
        'Without a snapshot tables are read at different moments, and neither counts nor digests are compared with the source.',
    }),
  ),
  schema_evolution: z.enum(['create_and_add', 'create', 'off']).meta(
    doc({
      description:
        'What may change in the target: missing tables are created (`create`), missing columns added and columns that are narrower than their source widened as well (`create_and_add`; docs/reference/types.md says which), or nothing (`off`).',
      example: 'create_and_add',
      speed: 'A column that is widened may have its table rewritten, which the plan says.',
      safety:
        'Without `create_and_add`, source columns that the target lacks are left out, which is said once a table, and what does not fit a narrow column is rounded or refused, as the plan warns.',
    }),
  ),
  verify: z.enum(['off', 'count', 'digest']).meta(
    doc({
      description:
        'How source and target are compared after the load. `count`: the rows of the source at the snapshot and those loaded. `digest`: the values as well.',
      example: 'digest',
      speed: '`count` costs one COUNT in Snowflake, `digest` a scan of both sides.',
      safety:
        'With `off` the source is not counted; ledger, status and chunk counts are compared always.',
    }),
  ),
  insert_only_mode: z.boolean().meta(
    doc({
      description: 'A row whose key exists in the target is left alone, row by row.',
      example: false,
      speed: 'Spares the updates of an upsert.',
      safety: 'Rows that changed in the source stay as they were in the target.',
    }),
  ),
  max_rejected_rows: z
    .int()
    .min(0)
    .meta(
      doc({
        description:
          'How many rows of a table a run may put in quarantine (`on_row_error: quarantine`); with more the table fails.',
        example: 100,
        speed: 'Each refused row costs some statements; the limit bounds that.',
        safety:
          'A column that no value fits any more refuses every row: the limit turns that into a failure. Chunks that are loaded at the same time may go over it; the table then fails when its chunks are in.',
      }),
    ),
  on_extra_digits: z.enum(['truncate', 'round', 'fail', 'text']).meta(
    doc({
      description:
        "What becomes of digits of a second that the target's column does not keep: PostgreSQL has 6, Snowflake up to 9. `truncate`: they are cut off. `round`: PostgreSQL rounds. `fail`: a row that has other digits than zeros there is refused, as any row that PostgreSQL refuses (`on_row_error`). `text`: a column that the run creates is `text` and keeps them all; a column of time that is there is refused by `check`.",
      example: 'fail',
      speed: '`fail` renders each such value twice in Snowflake.',
      safety:
        '`truncate` and `round` change values; the plan names each column. Cutting keeps the order of values and never leaves the day; rounding makes the year 10000 of 9999-12-31 23:59:59.9999999, and 24:00:00 of a time. Rounded columns take no part in the digest, and a watermark is cut under `round` too.',
    }),
  ),
  on_lost_zone: z.enum(['fail', 'utc', 'wall_clock']).meta(
    doc({
      description:
        'What becomes of TIMESTAMP_TZ and TIMESTAMP_LTZ that go into a column of type `timestamp`, which has no time zone. `fail`: `check` refuses the column. `utc`: the moment as it stands in UTC. `wall_clock`: of TIMESTAMP_TZ, what its clock shows, without the offset. A column that the run creates is `timestamptz`.',
      example: 'utc',
      speed: none,
      safety:
        '`utc` keeps moments and their order, and readers must know that it is UTC. `wall_clock` loses which moment it was, so that it is refused for keys and watermarks, and of TIMESTAMP_LTZ, which has no clock of its own. Under both rows with years before 1 in UTC are refused, and under `wall_clock` with years after 9999.',
    }),
  ),
  json_type: z.enum(['jsonb', 'json']).meta(
    doc({
      description:
        'The type of a column that the run creates for VARIANT, OBJECT, ARRAY and MAP. A column that is there keeps its type.',
      example: 'json',
      speed: '`jsonb` can be indexed and is faster to query, `json` faster to load.',
      safety:
        '`jsonb` keeps every digit of a number and no more of how it was written: 1e2 becomes 100, -0 becomes 0, of equal keys the last stays, keys are sorted, and \\u0000 is refused. `json` keeps the text.',
    }),
  ),
  stage: stage.meta(
    doc({
      description: "The user's own stage for unloads, as Snowflake SQL writes it.",
      example: '@LOADS.PUBLIC.SNOWMELT/nightly',
      absent: 'a stage of the run beside the source table, removed after the run',
      speed: none,
      safety:
        "The run's files lie in a directory of their own there. An internal stage needs `ENCRYPTION = (TYPE = 'SNOWFLAKE_SSE')`, an external one a storage integration.",
    }),
  ),
  query_tag: z
    .string()
    .min(1)
    // With the run's id behind it, of the 2000 characters that QUERY_TAG may have.
    .max(1950)
    .meta(
      doc({
        description:
          "QUERY_TAG of the run's statements in Snowflake, or of those of one table. The run's id stands behind it: `nightly load run=3f2c…`, so that Snowflake's views tell what a run has cost.",
        example: 'nightly load',
        absent: '`snowmelt`',
        speed: none,
        safety: 'Shown in the query history: no place for secrets.',
      }),
    ),
};
