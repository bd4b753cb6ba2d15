import { z } from 'zod';

import { doc, none } from './key-doc.ts';

const name = z.string().min(1);

/** Which rows go into the target, and what becomes of those that are there. */
export const loadRules = {
  source_filter: z
    .string()
    .min(1)
    .optional()
    .meta(
      doc({
        description: 'A SQL condition over the source; passed on as it is. A blank one is none.',
        example: "ORDER_DATE >= '2024-01-01'",
        speed: 'A condition on the clustering key lets Snowflake skip most of the table.',
        safety:
          'It must give the same rows each time it is asked: no CURRENT_DATE, no RANDOM. Whoever writes the file can run SQL as the role.',
      }),
    ),
  uniqueness_columns: z
    .array(name)
    .default([])
    .meta(
      doc({
        description:
          'The key of upsert: columns of the source or of the target, over which the target has a unique index. A row whose key is there takes the place of the old one, if it is newer by `source_watermark`, or always without that.',
        example: ['order_id'],
        speed:
          'An upsert looks every row up in the index; COPY does not. The first load of an empty target is COPYed.',
        safety:
          'Rows with a NULL in the key are refused, unless the index is NULLS NOT DISTINCT. Set aside by a full refresh.',
      }),
    ),
  source_watermark: name.optional().meta(
    doc({
      description:
        "Incremental: rows whose watermark is newer than the target's newest. Goes with `target_watermark`.",
      example: 'UPDATED_AT',
      speed: 'Only new rows are read.',
      safety:
        'A date, a timestamp or an exact number. Rows that change without a newer watermark are missed, and so are rows deleted in the source without `delete_missing`. Without `uniqueness_columns`, rows whose watermark is NULL are read while the target is empty only. No other table may go into the same target. Set aside by a full refresh.',
    }),
  ),
  target_watermark: name.optional().meta(
    doc({
      description:
        'The column of the target that `source_watermark` goes into. Goes with `source_watermark`.',
      example: 'updated_at',
      speed: 'An index on it makes the newest value cheap to find.',
      safety: 'Set aside by a full refresh.',
    }),
  ),
  watermark_overlap: z
    .int()
    .min(0)
    .default(0)
    .meta(
      doc({
        description:
          'Seconds that an incremental load reads again before the newest watermark; of dates, whole days. Needs `source_watermark` and `uniqueness_columns`.',
        example: 300,
        speed: 'Rows of that time are read twice.',
        safety: 'Catches rows that were committed late with an older watermark.',
      }),
    ),
  truncate_onstart: z
    .boolean()
    .default(false)
    .meta(
      doc({
        description:
          'Full refresh: the target is emptied once a run, in the transaction that records it, and loaded by COPY. Else rows are added to those that are there.',
        example: true,
        speed: 'All rows are read in every run.',
        safety:
          'With `refresh: truncate` readers find the table empty or half filled until the run has ended. A resume keeps what has been loaded; a new run empties the table again.',
      }),
    ),
  truncate_cascade: z
    .boolean()
    .default(false)
    .meta(
      doc({
        description:
          'TRUNCATE may also empty tables outside the run whose foreign keys lead to this one. Tables that the run empties and loads itself need no leave. Needs `truncate_onstart`.',
        example: false,
        speed: none,
        safety:
          'Rows of those tables are gone. Without it such a TRUNCATE is refused before anything is touched, naming the tables.',
      }),
    ),
  refresh: z
    .enum(['truncate', 'swap'])
    .default('truncate')
    .meta(
      doc({
        description:
          'How a full refresh replaces the rows: the table is emptied and loaded, or the rows are gathered in a second one (schema `snowmelt`) and take their place at the end, in one transaction. Needs `truncate_onstart`.',
        example: 'truncate',
        speed:
          '`swap` needs room for the rows twice, and its transaction compares all rows and writes those that differ; writers wait that long, readers never.',
        safety:
          '`swap` never shows readers an empty or half filled table, and leaves the old rows where a run fails. The table stays itself, with all that hangs on it. Rows that other tables refer to must still be in the source, or the swap is refused.',
      }),
    ),
  disable_index: z
    .boolean()
    .default(false)
    .meta(
      doc({
        description: 'Drop secondary indexes for the load and rebuild them after it.',
        example: false,
        speed: 'Large loads into tables with many indexes gain most.',
        safety:
          'Queries that need the indexes are slow until they are back, and uniqueness is only known then. What a run that failed has dropped comes back with the next run, or with `snowmelt repair`.',
      }),
    ),
  delete_missing: z
    .enum(['off', 'hard', 'soft'])
    .default('off')
    .meta(
      doc({
        description:
          'What becomes of target rows whose key the source lacks at the snapshot, under `source_filter`: they stay (`off`), are deleted (`hard`), or get the time of the snapshot in `soft_delete_column` until their key is back (`soft`). Needs `uniqueness_columns`.',
        example: 'soft',
        speed:
          'The key columns of the whole source are read in every run, also of an incremental load, and compared with the whole target; writers to the target wait meanwhile, readers never.',
        safety:
          '`hard` deletes rows, at the end and in one transaction, after all rows and keys are in and counted; a run that fails or is stopped deletes none. Refused where the source has no key of the target at all, where the source is not read at a snapshot, and where another table goes into the same target. Rows that the filter no longer takes are missing too. Set aside by a full refresh.',
      }),
    ),
  soft_delete_column: name.optional().meta(
    doc({
      description:
        'The column of the target, a nullable `timestamptz`, that `delete_missing: soft` marks rows in. Created with the table; added to one that is there with `schema_evolution: create_and_add` only.',
      example: 'deleted_at',
      absent: '`snowmelt_deleted_at`',
      speed: none,
      safety: 'No source column may go into it. Queries must leave marked rows out themselves.',
    }),
  ),
  changes: z
    .enum(['off', 'cdc'])
    .default('off')
    .meta(
      doc({
        description:
          '`cdc`: after the first run, read only what has changed between the snapshot of the last run that completed the table and this one (the CHANGES clause of Snowflake), and insert, update and delete by `uniqueness_columns`, in one transaction.',
        example: 'off',
        speed:
          'Only what has changed is read. All rows are read, and replace those of the target, where it is empty, or no completed run has left it at a known snapshot of the same source, columns and filter, or the source has not kept the changes since: a run must complete within its retention.',
        safety:
          'The target holds exactly the rows of the source at each run: rows that the source lacks are deleted, whoever put them there. Needs a table, not a view, with CHANGE_TRACKING = TRUE and Time Travel, and keys that no two source rows share. Sets watermarks aside; with `truncate_onstart` all rows are read, and a later run without it goes on from there.',
      }),
    ),
};
