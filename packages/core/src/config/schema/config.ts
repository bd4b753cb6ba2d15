import { z } from 'zod';

import { doc, none } from './key-doc.ts';
import { loadOptions } from './load-options.ts';
import { notifySchema } from './notify.ts';
import { postgresSchema } from './postgres.ts';
import { snowflakeSchema } from './snowflake.ts';
import { sourceSchema } from './source.ts';

export const globalShape = {
  status_tracking_database: z
    .string()
    .min(1)
    .optional()
    .meta(
      doc({
        description: 'Database of the status schema `migration_status`.',
        example: 'ops',
        absent: 'the `target_pg_database` of the first enabled source',
        speed: none,
        safety:
          'Runs are held by locks of a session there: reach it directly, not through a pooler in transaction mode. Another database has no earlier runs to go on with.',
      }),
    ),
  parallel_threads: z
    .int()
    .min(1)
    .default(4)
    .meta(
      doc({
        description: 'Chunks in flight over all tables; warns over 20.',
        example: 8,
        speed:
          'More of them read and load in parallel, as far as warehouse, network and PostgreSQL have room; memory grows with it.',
        safety:
          'Takes as many sessions of Snowflake and two more; as many connections and one more to each target database, and three to the status database: four more where they are one. `check` compares that with the limits of the role, the databases and the server.',
      }),
    ),
  batch_size: z
    .int()
    .min(100)
    .default(25_000)
    .meta(
      doc({
        description:
          'Rows that a chunk aims at when a table is read by query. Unloads are cut by bytes.',
        example: 50_000,
        speed:
          'Small chunks cost a statement and a transaction each; large ones leave threads idle.',
        safety: 'A failed try loads one chunk again, never the table.',
      }),
    ),
  batch_size_copy_mode: z
    .int()
    .min(100)
    .optional()
    .meta(
      doc({
        description:
          'The same for chunks that are COPYed straight into the target: those of a full refresh, of a table without `uniqueness_columns`, and of a first load.',
        example: 100_000,
        absent: '`batch_size`',
        speed: 'As `batch_size`.',
        safety: 'As `batch_size`.',
      }),
    ),
  max_retry_attempts: z
    .int()
    .min(1)
    .max(10)
    .default(3)
    .meta(
      doc({
        description:
          'Tries a chunk, with waits of 4 s, 8 s, … 60 s between them, each up to a quarter shorter by chance.',
        example: 5,
        speed: 'A source or target that is down is given up later.',
        safety:
          'Only faults that may pass are tried again; a row that PostgreSQL refuses fails its chunk at once, or is put in quarantine.',
      }),
    ),
  lambda_timeout_buffer_seconds: z
    .int()
    .min(10)
    .max(600)
    .default(120)
    .meta(
      doc({
        description:
          'On AWS Lambda: seconds before the time limit from which no new chunk is begun. The command has no time limit and does not read it.',
        example: 180,
        speed: 'A larger buffer leaves more of each invocation unused.',
        safety: 'Must be longer than a chunk takes, else the chunk is cut off and loaded again.',
      }),
    ),
  insert_only_mode: loadOptions.insert_only_mode.default(false),
  extract: loadOptions.extract.default('auto'),
  snapshot: loadOptions.snapshot.default('auto'),
  snapshot_delay_seconds: z
    .int()
    .min(0)
    .max(300)
    .default(5)
    .meta(
      doc({
        description:
          'Seconds after the run has taken its snapshot point before anything is read there. Snowflake stamps commits with times that may differ a little from its clock, so that a commit with an earlier stamp can still be on its way: within this time it is there for every read, or for none.',
        example: 10,
        speed:
          'Paid once a run, while tables are described; not by `check` and `plan`, nor by a run that is resumed later.',
        safety:
          'With 0, rows that were being committed while the run began can be missed for good, by `changes` and by watermarks above all.',
      }),
    ),
  schema_evolution: loadOptions.schema_evolution.default('create'),
  verify: loadOptions.verify.default('count'),
  max_rejected_rows: loadOptions.max_rejected_rows.default(1000),
  on_extra_digits: loadOptions.on_extra_digits.default('truncate'),
  on_lost_zone: loadOptions.on_lost_zone.default('fail'),
  json_type: loadOptions.json_type.default('jsonb'),
  stage: loadOptions.stage.optional(),
  query_tag: loadOptions.query_tag.optional(),
  notify: notifySchema.optional(),
  max_credits: z
    .number()
    .positive()
    .optional()
    .meta(
      doc({
        description:
          "Credits that a run may use in Snowflake, over all its attempts, by Snowmelt's own estimate: the time in which it has a statement running, at the documented hourly rate of the warehouse's size. Looked at before each statement and every second; then the run stops like after Ctrl-C (exit code 3), running statements are cancelled, and the same command goes on once the limit is higher.",
        example: 2.5,
        absent: 'no limit',
        speed: none,
        safety:
          'Not what is billed: a warehouse costs a minute at least each time it starts, and while it is idle until AUTO_SUSPEND; others may use it. What Snowflake attributes to a run comes hours late: `snowmelt status --attributed`. Only of standard warehouses, whose rate is known.',
      }),
    ),
};

/** The whole configuration file; its docs and its JSON Schema are generated from this. */
export const configSchema = z
  .strictObject({
    snowflake: snowflakeSchema,
    postgres: postgresSchema,
    ...globalShape,
    sources: z
      .array(sourceSchema)
      .min(1)
      .meta({ description: 'What to move: tables, grouped by their schemas.' }),
  })
  .meta({ title: 'Snowmelt configuration' });

export type Config = z.output<typeof configSchema>;
