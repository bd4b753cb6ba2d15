import { z } from 'zod';

import { chunkingShape } from './chunking.ts';
import { doc, none } from './key-doc.ts';
import { loadOptions } from './load-options.ts';
import { loadRules } from './load-rules.ts';

const name = z.string().min(1);
const names = z.array(name);

const overrides = Object.fromEntries(
  Object.entries(loadOptions).map(([key, schema]) => [key, schema.optional()]),
) as { [K in keyof typeof loadOptions]: z.ZodOptional<(typeof loadOptions)[K]> };

const columnsSchema = z.strictObject({
  include: names
    .min(1)
    .optional()
    .meta(
      doc({
        description: 'Only these source columns travel.',
        example: ['ORDER_ID', 'ORDER_DATE', 'AMOUNT'],
        absent: 'all',
        speed: 'Snowflake reads the columns that travel, and no others.',
        safety: 'Columns that the source gains later stay behind.',
      }),
    ),
  exclude: names.optional().meta(
    doc({
      description: 'These source columns stay behind.',
      example: ['INTERNAL_NOTE'],
      absent: 'none',
      speed: 'As `include`.',
      safety:
        'Their target columns take their defaults; a NOT NULL one without default is refused, and so is one that earlier runs have fed, unless `keep` names it.',
    }),
  ),
  keep: names.optional().meta(
    doc({
      description:
        'Target columns that earlier runs have fed and this table feeds no more: they stay as they are.',
      example: ['old_note'],
      absent: 'none: such a column is refused',
      speed: none,
      safety:
        'Rows that are there keep the values that they had last; rows that come have the default of the column. The plan and the report say so each time.',
    }),
  ),
});

const refusedRows = {
  on_row_error: z
    .enum(['fail', 'quarantine'])
    .default('fail')
    .meta(
      doc({
        description:
          'What becomes of a row that PostgreSQL refuses. `fail`: its chunk is not loaded, and the table fails. `quarantine`: it goes into `snowmelt.rejected_rows` of the target database with the reason, and all others into the target; the run ends with exit code 4.',
        example: 'quarantine',
        speed:
          'None while no row is refused. A chunk with such a row is read again, and only a block of 10,000 rows that has one is sent more than once.',
        safety:
          'With `quarantine` the target lacks rows that the source has: `snowmelt rejects list` says which, `snowmelt rejects retry` loads them. A later incremental load does not read them again. Rows that are refused at COMMIT by a deferred constraint trigger, or when a swap puts its rows in place, fail the table all the same.',
      }),
    ),
  on_unsupported_text: z
    .enum(['fail', 'strip', 'replace'])
    .default('fail')
    .meta(
      doc({
        description:
          'What becomes of text that PostgreSQL cannot hold: U+0000 in text columns, and `\\u0000` in JSON, keys included. `strip`: it is taken out; `replace`: U+FFFD takes its place; `fail`: PostgreSQL refuses the row (`on_row_error`).',
        example: 'strip',
        speed: 'One REPLACE a text column in Snowflake, three a JSON column.',
        safety:
          '`strip` and `replace` change values, and may make equal what was not, as the keys of one object. `uniqueness_columns` are left as they are: a row whose key holds such text is refused under every rule.',
      }),
    ),
  on_unsupported_json: z
    .enum(['fail', 'null', 'text'])
    .default('fail')
    .meta(
      doc({
        description:
          'What becomes of NaN, Infinity and -Infinity in VARIANT, OBJECT and ARRAY, which JSON does not have. `null`: null takes their place; `text`: they become strings; `fail`: PostgreSQL refuses the row (`on_row_error`). An element of an ARRAY that is SQL NULL (`undefined`) becomes null under every rule.',
        example: 'null',
        speed: 'Three searches of the text a JSON column in Snowflake; one without.',
        safety:
          '`null` and `text` change values: a number is null or a string then. A text column takes the words as they are under `fail`. `uniqueness_columns` are left as they are.',
      }),
    ),
};

export const tableShape = {
  enabled: z
    .boolean()
    .default(true)
    .meta(
      doc({
        description: '`false`: the table is left alone.',
        example: true,
        speed: none,
        safety: 'It is checked for mistakes all the same.',
      }),
    ),
  source: name.meta(
    doc({
      description:
        'Source table or view, in the case that Snowflake stores. One without quotes that is not there is looked for in capitals, as Snowflake reads it in SQL; a quoted name is taken as written. `*` stands for any characters: `*` alone is all tables of the schema, `FACT_*` those whose names begin so, but for those that have an entry of their own in the source, or that an entry before it has taken. They are looked for when a run begins; `snowmelt plan` names them.',
      example: 'ORDERS',
      speed: 'The size of a view is unknown, so `extract: auto` unloads it.',
      safety:
        'A view is read at a snapshot only if all that is under it can be. A wildcard finds what the role may see, is refused where it finds nothing, and a run that is resumed goes on with the tables that it has begun with.',
    }),
  ),
  exclude: names.optional().meta(
    doc({
      description:
        'Of a `source` with `*`: names, with `*` or without, that it does not stand for.',
      example: ['*_TMP', 'AUDIT_LOG'],
      absent: 'none',
      speed: none,
      safety: none,
    }),
  ),
  kinds: z
    .array(z.enum(['table', 'view', 'external']))
    .min(1)
    .optional()
    .meta(
      doc({
        description:
          'Of a `source` with `*`: what it stands for. `table`: standard, transient, dynamic, hybrid and Iceberg tables; `view`: views of all kinds; `external`: external tables. Temporary tables are seen only by the session that made them.',
        example: ['table', 'view'],
        absent: '`["table"]`',
        speed: none,
        safety: '`plan` says how many others have such names.',
      }),
    ),
  target: name.default('*').meta(
    doc({
      description:
        "Target table, in the case that PostgreSQL stores. `*` in it stands for the source's name: in small letters where that is in capitals and needs no quotes, else as it is.",
      example: 'orders',
      speed: 'Indexes, triggers and foreign keys of the target cost time for every row.',
      safety: 'A living run that loads the same target is not joined: the second one is refused.',
    }),
  ),
  column_mapping: z
    .record(name, name)
    .default({})
    .meta(
      doc({
        description:
          'Source column → target column. Others go by the same name, the lower-case name, or the only name that differs in nothing but case.',
        example: { '"Visit Updated Timestamp"': 'visit_updated_at' },
        speed: none,
        safety: 'Names that the source does not have are refused.',
      }),
    ),
  columns: columnsSchema.optional().meta({ description: 'Which source columns travel.' }),
  ...chunkingShape,
  ...loadRules,
  ...refusedRows,
  ...overrides,
};

export const tableSchema = z
  .strictObject(tableShape)
  .meta({ description: 'One table on its way from a source to a target.' });

export type TableConfig = z.output<typeof tableSchema>;
