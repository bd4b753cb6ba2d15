import {
  isSnowmeltError,
  type AttributedCredits,
  type Attribution,
  type AttributesCredits,
  type RunId,
  type WorkContext,
} from '@snowmelt/core';
import { z } from 'zod';

import type { Sessions } from '../connect/session-pool.ts';
import { usageGrantTo } from '../describe/source-grants.ts';
import { queryRows, type NamedRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import { quoteText } from '../sql/quote.ts';
import { instant } from '../sql/relation.ts';

/**
 * QUERY_ATTRIBUTION_HISTORY: "up to eight hours" late, kept for 365 days, without statements of about
 * 100 milliseconds and less, and without the time in which a warehouse is idle
 * (https://docs.snowflake.com/en/sql-reference/account-usage/query_attribution_history).
 */
export function attributesCredits(pool: Sessions): AttributesCredits {
  return {
    lateHours: 8,
    keptDays: 365,
    attributed: (runs, since, context) => attributed(pool, { runs, since }, context),
  };
}

interface Asked {
  readonly runs: readonly RunId[];
  /** When the first of them began, by our clock. */
  readonly since: Date;
}

const answer = z.array(
  z.object({
    run: z.string(),
    credits: z.number(),
    statements: z.number().int(),
    until: z.date(),
  }),
);

async function attributed(
  pool: Sessions,
  asked: Asked,
  context: WorkContext,
): Promise<Attribution> {
  if (asked.runs.length === 0) return { byRun: new Map() };
  try {
    return { byRun: byRun(await queryRows(pool, attributionQuery(asked), context)) };
  } catch (error) {
    // What a role may not read is not there for it: 002003 of the schema, or of the view.
    const hidden = ['SOURCE.TABLE_NOT_FOUND', 'SOURCE.PRIVILEGE'];
    if (!isSnowmeltError(error) || !hidden.includes(error.code)) throw error;
    return { refused: error.message, grant: usageGrantTo(await currentRole(pool, context)) };
  }
}

function byRun(rows: NamedRows): ReadonlyMap<RunId, AttributedCredits> {
  const found = readAnswer(answer, rows, { about: 'attributed credits' });
  return new Map(found.map(({ run, ...figures }) => [run, figures]));
}

/** Between our clock and Snowflake's. */
const aheadMs = 3_600_000;

/**
 * The run's id stands behind the last ` run=` of a statement's tag, whatever the tag itself is: it is
 * compared as a text, not as a pattern. START_TIME bounds what is read of a year. A statement may have
 * several rows, and those that a statement has called have rows of their own, not counted in its.
 */
export function attributionQuery({ runs, since }: Asked): string {
  const from = new Date(since.getTime() - aheadMs).toISOString();
  return `SELECT SPLIT_PART(QUERY_TAG, ' run=', -1) AS "run",
  SUM(COALESCE(CREDITS_ATTRIBUTED_COMPUTE, 0) + COALESCE(CREDITS_USED_QUERY_ACCELERATION, 0)) AS "credits",
  COUNT(DISTINCT QUERY_ID) AS "statements",
  MAX(END_TIME) AS "until"
FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_ATTRIBUTION_HISTORY
WHERE START_TIME >= ${instant(from)}
  AND CONTAINS(QUERY_TAG, ' run=')
  AND SPLIT_PART(QUERY_TAG, ' run=', -1) IN (${runs.map(quoteText).join(', ')})
GROUP BY 1`;
}

const role = z.tuple([z.object({ role: z.string() })]);

async function currentRole(pool: Sessions, context: WorkContext): Promise<string> {
  const rows = await queryRows(pool, 'SELECT CURRENT_ROLE() AS "role"', context);
  return readAnswer(role, rows, { about: 'the role' })[0].role;
}
