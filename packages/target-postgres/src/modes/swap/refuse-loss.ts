import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';
import { equal } from './exchange-sql.ts';
import type { IncomingKey } from '../../describe/incoming-keys.ts';
import { is } from '../../sql/operators.ts';

/** P5: CASCADE and its kin would delete or change rows of a table that this is not a load of. */
export async function refuseOrphans(
  session: Session,
  { target }: TablePlan,
  { key, shadow }: { readonly key: IncomingKey; readonly shadow: string },
): Promise<void> {
  if (key.own) return;
  const child = { schema: key.child_schema, name: key.child_table };
  const leads = (row: string) => equal(key.leads, row, 'c');
  const { rows } = await session.onTable<{ n: string }>(
    `SELECT pg_catalog.count(*)::pg_catalog.text AS n FROM ${quoteTable(child)} c
     WHERE EXISTS (SELECT 1 FROM ${quoteTable(target)} t WHERE ${leads('t')})
       AND NOT EXISTS (SELECT 1 FROM ${shadow} s WHERE ${leads('s')})`,
  );
  const [{ n } = { n: '0' }] = rows;
  if (n !== '0') throw wouldOrphan(key, n);
}

export function wouldOrphan(key: IncomingKey, rows: string): SnowmeltError {
  const child = `${key.child_schema}.${key.child_table}`;
  return new SnowmeltError(
    'TARGET.TABLE_UNSUITABLE',
    `${rows} rows of ${child} refer to rows that the source no longer has: its foreign key ` +
      `${key.name} would delete or change them (the target still holds its old rows)`,
    { fix: `Load ${child} first, or remove its rows that refer to nothing.` },
  );
}

const countsSql = (target: string, shadow: string): string => `
SELECT (SELECT pg_catalog.count(*) FROM ${target})::pg_catalog.text AS target,
       (SELECT pg_catalog.count(*) FROM ${shadow})::pg_catalog.text AS shadow,
       (SELECT coalesce(pg_catalog.sum(rows), 0) FROM snowmelt.chunk_ledger
        WHERE run_id ${is} $1 AND table_key ${is} $2)::pg_catalog.text AS ledger`;

/** P1, asked under the locks: a trigger may drop rows, and a hand may reach into the shadow. */
export async function refuseOtherCounts(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<void> {
  const sql = countsSql(quoteTable(table.target), shadow);
  const { rows } = await session.onTable<{ target: string; shadow: string; ledger: string }>(sql, [
    table.run,
    table.key,
  ]);
  const [counted] = rows;
  if (counted?.target === counted?.ledger && counted?.shadow === counted?.ledger) return;
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the ledger has ${counted?.ledger} rows, the shadow ${counted?.shadow}, the target would hold ` +
      `${counted?.target}: it still holds its old rows`,
    { fix: 'See whether triggers of the target drop or add rows; then start a new run.' },
  );
}
