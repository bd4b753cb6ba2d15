import { SnowmeltError, type TableRef, type TableSchema } from '@snowmelt/core';

import { readFacts } from '../describe/objects.ts';
import { quoteTable } from '../sql/quote.ts';

/**
 * Which table's changes are recorded under the name: when it was made. A table that was replaced
 * or swapped for another is another feed, though its own past may cover the same time.
 */
export function changeFeed(schema: TableSchema): string {
  refuseObject(schema);
  const { changeTracking, created } = readFacts(schema);
  if (!changeTracking) throw untracked(schema.ref);
  if (created === undefined) {
    const fix = 'Read all rows: remove changes: cdc.';
    throw unavailable(`Snowflake does not say when ${nameOf(schema.ref)} was made`, fix);
  }
  return created;
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
