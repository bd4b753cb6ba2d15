import { modeTraits, SnowmeltError, type TablePlan, type WorkContext } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { is } from '../sql/operators.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { removeUnfinished } from './unfinished-rows.ts';

/**
 * P1: rows of first tries (`run --limit`) stand beside those of no later run: exactly they are taken out,
 * in the transaction that prepares the table, or it refuses. A mode that replaces all rows has no need of
 * it. A first try itself begins on nothing but rows of its own run.
 */
export async function removeTries(
  session: Session,
  table: TablePlan,
  log: WorkContext['log'],
): Promise<void> {
  if (modeTraits[table.mode].replacesAll) return;
  await removeUnfinished(session, table, { log, triesOnly: true });
  if (table.read.limit === undefined || !(await holdsOthers(session, table))) return;
  const { schema, name } = table.target;
  const message = `${schema}.${name} holds rows: a first try (--limit) goes into empty tables only`;
  throw new SnowmeltError('RUN.NOT_FIRST', message, {
    place: { table: table.key },
    fix: `Run the same command without --limit. Or, if the rows are of no use: TRUNCATE ${quoteTable(table.target)}; and again with --limit.`,
  });
}

/** Two tables of the run may go into one. */
async function holdsOthers(session: Session, { target, run }: TablePlan): Promise<boolean> {
  const sql = `
SELECT EXISTS (
  SELECT FROM ${quoteTable(target)} AS t WHERE NOT (t.xmin ${is} ANY (ARRAY(
    SELECT pg_catalog.unnest(c.xids) FROM snowmelt.chunk_ledger c
    WHERE c.run_id ${is} $1 AND NOT c.of_keys)))) AS others`;
  return (await session.onTable<{ others: boolean }>(sql, [run])).rows[0]?.others === true;
}
