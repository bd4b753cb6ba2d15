import { isSnowmeltError, type TableSchema, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { quoteTable } from '../sql/quote.ts';
import { instant } from '../sql/relation.ts';
import { externalTable, materializedView, readFacts, type ObjectFacts } from './objects.ts';

/** So near the point the catalog's clock and the one of Time Travel may not agree, in ms. */
const margin = 60_000;

/**
 * Why Time Travel can't read the object at the point; nothing where it can. The catalog settles it
 * for a table that was there before and whose past is kept, and for what is documented to have
 * none; anything else is asked for no rows at that point.
 */
export async function whyUnpinnable(
  pool: SessionPool,
  schema: TableSchema,
  at: string,
  context: WorkContext,
): Promise<string | undefined> {
  const facts = readFacts(schema);
  const without = noPast(facts, at);
  if (without !== undefined) return without;
  return isSettled(facts, at) ? undefined : probe(pool, schema, { facts, at }, context);
}

/**
 * Sources, all docs.snowflake.com/en/user-guide: data-share-consumers ("Time Travel for an imported
 * database or any schemas/tables in the database" is not supported, whatever retention is shown),
 * tables-external-intro, views-materialized ("Limitations"), data-time-travel (retention 0).
 */
function noPast(facts: ObjectFacts, at: string): string | undefined {
  const { what, standard, share, retention, created } = facts;
  if (share !== undefined) {
    const origin = share === '' ? '' : ` (${share})`;
    return `its database is imported from a share${origin}, which has no Time Travel`;
  }
  if (what === externalTable || what === materializedView) return `${what} has no Time Travel`;
  if (retention === 0) return 'its DATA_RETENTION_TIME_IN_DAYS is 0';
  // A view is no older than its present definition, and reads the past of what is under it.
  if (standard && created !== undefined && time(created) > time(at) + margin) {
    return `it was made at ${created}, after the snapshot point ${at}`;
  }
  return undefined;
}

/** Hybrid, dynamic and Iceberg tables and all views have a past or not, each by rules of its own. */
function isSettled(
  { standard, created, databaseCreated, retention }: ObjectFacts,
  at: string,
): boolean {
  if (!standard || retention === undefined) return false;
  return [created, databaseCreated].every(
    (moment) => moment !== undefined && time(moment) < time(at) - margin,
  );
}

function time(instantText: string): number {
  return Date.parse(instantText);
}

interface Question {
  readonly facts: ObjectFacts;
  readonly at: string;
}

const says: ReadonlySet<string> = new Set(['SOURCE.SNAPSHOT_GONE', 'SOURCE.STATEMENT_FAILED']);

/** Snowflake says it when it compiles the statement; no row is read. */
async function probe(
  pool: SessionPool,
  { ref }: TableSchema,
  { facts, at }: Question,
  context: WorkContext,
): Promise<string | undefined> {
  const relation = quoteTable(ref);
  const ask = (from: string) => queryRows(pool, `SELECT 1 FROM ${from} LIMIT 0`, context);
  try {
    await ask(`${relation} AT(TIMESTAMP => ${instant(at)})`);
    return undefined;
  } catch (error) {
    if (!isSnowmeltError(error) || !says.has(error.code) || error.retry !== 'never') throw error;
    // Which words refuse Time Travel is not documented: it is that where the present can be read.
    await ask(relation);
    return `${facts.what} can't be read as of ${at}: ${error.message}`;
  }
}
