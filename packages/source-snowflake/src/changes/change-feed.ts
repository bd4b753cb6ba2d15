import { z } from 'zod';

import { SnowmeltError, type TableRef, type TableSchema, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { serverTimeText } from '../render/moment.ts';
import { quoteIdentifier, quoteTable, quoteText } from '../sql/quote.ts';

const trackings = z.array(z.object({ name: z.string(), change_tracking: z.string() }));
const made = z.tuple([z.object({ created: z.string() })]);

/**
 * Which table's changes are recorded under the name: when it was made. A table that was replaced
 * or swapped for another is another feed, though its own past may cover the same time.
 */
export async function changeFeed(
  pool: SessionPool,
  schema: TableSchema,
  context: WorkContext,
): Promise<string> {
  const { ref } = schema;
  refuseObject(schema);
  const shown = await queryRows(pool, showQuery(ref), context);
  const listed = readAnswer(trackings, shown, { about: `change tracking of ${nameOf(ref)}` });
  const tracking = listed.find(({ name }) => name === ref.name)?.change_tracking;
  if (tracking !== 'ON') throw untracked(ref);
  const rows = await queryRows(pool, createdQuery(ref), context);
  const [{ created }] = readAnswer(made, rows, { about: `the making of ${nameOf(ref)}` });
  return created;
}

/** `change_tracking` is ON or OFF (docs.snowflake.com/en/sql-reference/sql/show-tables). */
export function showQuery({ database, schema, name }: TableRef): string {
  return `SHOW TABLES IN SCHEMA ${quoteIdentifier(database)}.${quoteIdentifier(schema)} STARTS WITH ${quoteText(name)}`;
}

function createdQuery({ database, schema, name }: TableRef): string {
  return `SELECT ${serverTimeText('CREATED')} AS "CREATED"
FROM ${quoteIdentifier(database)}.INFORMATION_SCHEMA.TABLES
WHERE TABLE_SCHEMA = ${quoteText(schema)} AND TABLE_NAME = ${quoteText(name)}`;
}

/**
 * Views need tracking on all that is under them, and say nothing of which table was replaced. What
 * a spatial column holds can't be retrieved as a change (user-guide/streams-intro, "Types of
 * streams": standard streams; CHANGES reads the same metadata).
 */
function refuseObject({ ref, kind, columns }: TableSchema): void {
  const fix = 'Read the tables behind it, or remove changes: cdc.';
  if (kind !== 'table') {
    throw unavailable(`${nameOf(ref)} is no table, and changes are read from tables only`, fix);
  }
  const spatial = columns.find(({ type }) => type.kind === 'spatial');
  if (spatial === undefined) return;
  throw unavailable(
    `${nameOf(ref)} has the column ${spatial.name} (${spatial.nativeType}), and Snowflake tells no changes of geospatial data`,
    'Remove changes: cdc for this table.',
  );
}

function untracked(ref: TableRef): SnowmeltError {
  return unavailable(
    `change tracking of ${nameOf(ref)} is off`,
    `ALTER TABLE ${quoteTable(ref)} SET CHANGE_TRACKING = TRUE; as its owner. Changes are recorded from then on.`,
  );
}

function unavailable(message: string, fix: string): SnowmeltError {
  return new SnowmeltError('SOURCE.CHANGES_UNAVAILABLE', message, { fix });
}

function nameOf({ database, schema, name }: TableRef): string {
  return `${database}.${schema}.${name}`;
}
