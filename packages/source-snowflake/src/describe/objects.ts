import type { JsonObject, TableSchema } from '@snowmelt/core';
import { z } from 'zod';

/** What the catalog says of an object beside its columns; kept in `TableSchema.facts`. */
const factsSchema = z.object({
  /** As people call it, with its article: `a table`, `a secure view`, `an external table`. */
  what: z.string(),
  /** A table of Snowflake's own storage, whose past is what its retention says. */
  standard: z.boolean(),
  /** ISO 8601 with nine digits of a second, in UTC; the catalog keeps three. */
  created: z.string().optional(),
  /** Days of Time Travel. */
  retention: z.number().optional(),
  changeTracking: z.boolean(),
  /** Where the database comes from another account: the share. */
  share: z.string().optional(),
  /** The database itself was made then. */
  databaseCreated: z.string().optional(),
});

export type ObjectFacts = z.infer<typeof factsSchema>;

export function readFacts({ facts }: TableSchema): ObjectFacts {
  return factsSchema.parse(facts ?? unlisted);
}

export function writeFacts(facts: ObjectFacts): JsonObject {
  return JSON.parse(JSON.stringify(facts)) as JsonObject;
}

/** An object that can be described and that neither SHOW TABLES nor SHOW VIEWS lists. */
export const unlisted: ObjectFacts = {
  what: 'an object of a kind that is not known',
  standard: false,
  changeTracking: false,
};

export interface CatalogObject {
  readonly name: string;
  readonly kind: TableSchema['kind'];
  readonly facts: ObjectFacts;
  readonly clusterKey?: readonly string[];
  readonly rows?: number;
  readonly bytes?: number;
}

const standardTable = 'a table';
export const externalTable = 'an external table';
export const materializedView = 'a materialized view';

const tableKinds: Readonly<Record<string, string>> = {
  is_external: externalTable,
  is_hybrid: 'a hybrid table',
  is_iceberg: 'an Iceberg table',
  is_dynamic: 'a dynamic table',
  is_event: 'an event table',
  is_interactive: 'an interactive table',
  is_immutable: 'an immutable table',
};

const text = z.string().nullish();
const flag = text.transform((value) => ['Y', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? ''));
const amount = z.coerce.number().int().nonnegative().nullish().catch(undefined);

/** The driver reads TIMESTAMP_LTZ as a Date. */
const moment = z
  .date()
  .transform((date) => date.toISOString().replace('Z', '000000+00:00'))
  .nullish()
  .transform((value) => value ?? undefined);

/** Of SHOW TABLES (docs.snowflake.com/en/sql-reference/sql/show-tables, "Output"). */
export const shownTables = z.array(
  z
    .looseObject({
      name: z.string(),
      created_on: moment,
      rows: amount,
      bytes: amount,
      retention_time: z.preprocess((value) => (value === '' ? null : value), amount),
      change_tracking: text,
      cluster_by: text,
    })
    .transform((row): CatalogObject => {
      const what = tableKind(row);
      return {
        name: row.name,
        kind: what === externalTable ? 'external' : 'table',
        facts: {
          what,
          standard: what === standardTable,
          changeTracking: row.change_tracking === 'ON',
          ...(row.created_on === undefined ? {} : { created: row.created_on }),
          ...(typeof row.retention_time === 'number' ? { retention: row.retention_time } : {}),
        },
        clusterKey: clusterKey(row.cluster_by ?? ''),
        ...(typeof row.rows === 'number' ? { rows: row.rows } : {}),
        ...(typeof row.bytes === 'number' ? { bytes: row.bytes } : {}),
      };
    }),
);

/** By the flags of SHOW TABLES, `is_…`: one that is not known makes a table no standard one. */
function tableKind(row: Readonly<Record<string, unknown>>): string {
  const set = Object.keys(row).filter(
    (key) => key.startsWith('is_') && flag.safeParse(row[key]).data,
  );
  const [first] = set;
  if (first === undefined) return standardTable;
  return tableKinds[first] ?? 'a table of a kind that is not known';
}

/** Of SHOW VIEWS (docs.snowflake.com/en/sql-reference/sql/show-views, "Output"). */
export const shownViews = z.array(
  z
    .object({ name: z.string(), created_on: moment, is_secure: flag, is_materialized: flag })
    .transform((row): CatalogObject => {
      const plain = row.is_secure ? 'a secure view' : 'a view';
      return {
        name: row.name,
        kind: 'view',
        facts: {
          what: row.is_materialized ? materializedView : plain,
          standard: false,
          changeTracking: false,
          ...(row.created_on === undefined ? {} : { created: row.created_on }),
        },
      };
    }),
);

/**
 * Of SHOW DATABASES: `kind` is IMPORTED DATABASE for one that was made of a share, and `origin`
 * names the share (docs.snowflake.com/en/sql-reference/sql/show-databases; INFORMATION_SCHEMA's
 * DATABASES.TYPE has the same words). Either is taken for it.
 */
export const shownDatabases = z.array(
  z
    .object({ name: z.string(), created_on: moment, kind: text, origin: text })
    .transform(({ name, created_on: created, kind, origin }) => {
      const imported = kind === 'IMPORTED DATABASE' || (origin ?? '') !== '';
      return {
        name,
        ...(created === undefined ? {} : { databaseCreated: created }),
        ...(imported ? { share: origin ?? '' } : {}),
      };
    }),
);

/** Of SHOW PRIMARY KEYS: one row a column of a key. */
export const shownKeys = z.array(
  z.object({
    table_name: z.string(),
    column_name: z.string(),
    key_sequence: z.coerce.number(),
  }),
);

/**
 * The leading columns of a clustering key as SHOW TABLES prints it, such as `LINEAR(REGION, "day")`;
 * names as stored. It ends before the first expression: a range of a column prunes little where the
 * table lies in the order of something made of it.
 * Source: docs.snowflake.com/en/user-guide/tables-clustering-keys.
 */
export function clusterKey(printed: string): readonly string[] {
  const list = /^\s*(?:LINEAR)?\s*\((?<keys>.*)\)\s*$/isu.exec(printed)?.groups?.['keys'] ?? '';
  const names: string[] = [];
  let rest = list;
  for (;;) {
    const [all, quoted, bare, end] =
      /^\s*(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))\s*(,|$)/u.exec(rest) ?? [];
    if (all === undefined) return names;
    names.push(quoted?.replaceAll('""', '"') ?? bare?.toUpperCase() ?? '');
    if (end === '') return names;
    rest = rest.slice(all.length);
  }
}
