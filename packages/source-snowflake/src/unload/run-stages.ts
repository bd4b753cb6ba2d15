import { z } from 'zod';

import type { RunStage, TableRef, WorkContext } from '@snowmelt/core';

import type { SessionPool } from '../connect/session-pool.ts';
import { queryRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { runOfStage, stageName } from './stage.ts';

/** Of SHOW STAGES (docs.snowflake.com/en/sql-reference/sql/show-stages, "Output"). */
const shownStages = z.array(z.looseObject({ name: z.string(), created_on: z.date().nullish() }));

/**
 * Stages by the names that runs give them (`runStage`). Asked without LIKE, in whose patterns `_` is
 * any character; a list that is cut at its limit of records only hides some until the next time.
 */
export async function runStages(
  pool: SessionPool,
  places: readonly Pick<TableRef, 'database' | 'schema'>[],
  context: WorkContext,
): Promise<readonly RunStage[]> {
  const found: RunStage[] = [];
  for (const place of places) {
    const schema = [place.database, place.schema].map(quoteIdentifier).join('.');
    const rows = await queryRows(pool, `SHOW STAGES IN SCHEMA ${schema}`, context);
    for (const { name, created_on: created } of readAnswer(shownStages, rows, {
      about: 'stages',
    })) {
      const run = runOfStage(name);
      if (run === undefined) continue;
      const made = created instanceof Date ? { created: created.toISOString() } : {};
      found.push({ name: stageName(name, place), run, ...made });
    }
  }
  return found;
}
