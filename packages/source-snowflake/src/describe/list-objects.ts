import { z } from 'zod';

import type { ListedSchema, ListedTable, TableRef } from '@snowmelt/core';

import { readAnswer } from '../result/read-answer.ts';
import type { NamedRow, NamedRows } from '../result/result-rows.ts';
import { quoteIdentifier, quoteText } from '../sql/quote.ts';
import type { AskCatalog } from './describe-tables.ts';
import { shownTables, shownViews, type CatalogObject } from './objects.ts';

/**
 * As many as a SHOW gives at once; asked for more, it refuses (090153). LIMIT … FROM goes on behind the
 * name that came last: what is shown is in the order of its names ("ordered lexicographically by
 * database, schema, and table name"). Source: docs.snowflake.com/en/sql-reference/sql/show-tables; so
 * does dbt-snowflake list the relations of a schema.
 */
const page = 10_000;

const named = z.looseObject({ name: z.string() });
const commented = z.looseObject({ comment: z.string().nullish() });

/** Schemas that hold no tables of people. */
const ofSnowflake: ReadonlySet<string> = new Set(['INFORMATION_SCHEMA']);

/** Of SHOW SCHEMAS (docs.snowflake.com/en/sql-reference/sql/show-schemas, "Output"). */
const shownSchemas = z.array(
  z.object({ name: z.string(), database_name: z.string(), comment: z.string().nullish() }),
);

/** Statements that need no warehouse: one, for up to 10,000 schemas; of more, one a database. */
export async function listSchemas(
  ask: AskCatalog,
  database: string | undefined,
): Promise<readonly ListedSchema[]> {
  if (database === undefined) return listAllSchemas(ask);
  return schemasOf(await askAll(ask, `SHOW SCHEMAS IN DATABASE ${quoteIdentifier(database)}`));
}

/** Names of several databases are in no one order, so that there is no next page. */
async function listAllSchemas(ask: AskCatalog): Promise<readonly ListedSchema[]> {
  const rows = await ask(`SHOW SCHEMAS IN ACCOUNT LIMIT ${page}`);
  if (rows.length < page) return schemasOf(rows);
  const databases = z.array(named).parse(await askAll(ask, 'SHOW DATABASES'));
  const lists = [];
  for (const { name } of databases) lists.push(...(await listSchemas(ask, name)));
  return lists;
}

function schemasOf(rows: NamedRows): readonly ListedSchema[] {
  return readAnswer(shownSchemas, rows, { about: 'schemas' })
    .filter(({ name }) => !ofSnowflake.has(name))
    .map(({ name, database_name: of, comment }) => ({
      database: of,
      schema: name,
      ...given(comment),
    }));
}

/** Two statements for up to 10,000 tables and as many views. */
export async function listTables(
  ask: AskCatalog,
  { database, schema }: Pick<TableRef, 'database' | 'schema'>,
): Promise<readonly ListedTable[]> {
  const place = `IN SCHEMA ${quoteIdentifier(database)}.${quoteIdentifier(schema)}`;
  const tables = await askAll(ask, `SHOW TABLES ${place}`);
  const views = await askAll(ask, `SHOW VIEWS ${place}`);
  const refOf = (name: string): TableRef => ({ database, schema, name });
  const listed = [
    ...withComments(readAnswer(shownTables, tables, { about: 'tables' }), tables),
    ...withComments(readAnswer(shownViews, views, { about: 'views' }), views),
  ].map(({ object: { name, kind, facts, rows, bytes }, comment }): ListedTable => ({
    ref: refOf(name),
    kind,
    what: facts.what,
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
    ...given(comment),
    ...(facts.changeTracking ? { recordsChanges: true } : {}),
  }));
  // A materialized view may be in both lists.
  const byName = new Map(listed.map((one) => [one.ref.name, one]));
  return [...byName.values()].toSorted((a, b) => (a.ref.name < b.ref.name ? -1 : 1));
}

function withComments(objects: readonly CatalogObject[], rows: readonly NamedRow[]) {
  return objects.map((object, at) => {
    const { data } = commented.safeParse(rows[at]);
    return { object, comment: data?.comment };
  });
}

function given(comment: string | null | undefined): { readonly comment?: string } {
  return comment === undefined || comment === null || comment === '' ? {} : { comment };
}

/** Page after page: what comes next begins behind the last name, and a page that is not full ends it. */
async function askAll(ask: AskCatalog, sql: string): Promise<NamedRows> {
  const first = await ask(`${sql} LIMIT ${page}`);
  const all = [...first];
  for (let rows = first; rows.length >= page;) {
    const last = z.array(named).parse(rows.slice(-1))[0]?.name ?? '';
    rows = await ask(`${sql} LIMIT ${page} FROM ${quoteText(last)}`);
    all.push(...rows);
  }
  return Object.assign(all, first.queryId === undefined ? {} : { queryId: first.queryId });
}
