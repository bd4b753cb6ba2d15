import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { quoteTable } from '../sql/quote-identifier.ts';
import { rowRefusal } from '../copy/copy-error.ts';

const deferredSql = `
SELECT format('%I.%I', n.nspname, c.conname) AS name
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
WHERE c.conrelid = pg_catalog.to_regclass($1) AND c.condeferred AND c.contype IN ('f', 'p', 'u', 'x')`;

/**
 * Keys and foreign keys that wait for COMMIT speak with the statement in this transaction, where
 * they can be pinned on a row. Constraint triggers still wait: they may be about rows together.
 */
export async function keysSpeakAtOnce(session: Session, { target }: TablePlan): Promise<void> {
  const { rows } = await session.query<{ name: string }>(deferredSql, [quoteTable(target)]);
  if (rows.length === 0) return;
  await session.onTable(`SET CONSTRAINTS ${rows.map(({ name }) => name).join(', ')} IMMEDIATE`);
}

/** What is still deferred speaks now: COMMIT has no way to say it well. */
export async function allConstraintsSpeak(session: Session, table: TablePlan): Promise<void> {
  try {
    await session.onTable('SET CONSTRAINTS ALL IMMEDIATE');
  } catch (error) {
    const refusal = rowRefusal(error, table);
    if (refusal === undefined) throw error;
    throw new SnowmeltError(
      'TARGET.ROW_REJECTED',
      `${refusal.message} (SQLSTATE ${refusal.sqlState}): a constraint that is deferred to the end ` +
        'of the transaction, so that PostgreSQL does not say which row of the chunk it is about',
      {
        cause: error,
        fix:
          'Mend the row at the source, or make the constraint NOT DEFERRABLE: rows that it refuses ' +
          'at once can be quarantined.',
      },
    );
  }
}
