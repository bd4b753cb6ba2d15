import { SnowmeltError, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { bytes, differing, meetingKeys } from '../../keys/meeting-keys.ts';
import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { equal } from '../swap/exchange-sql.ts';
import type { IncomingKey } from '../../describe/incoming-keys.ts';
import { wouldOrphan } from '../swap/refuse-loss.ts';
import { hasAction, isGone, sameKey, type GatheredChanges } from './changes-sql.ts';
import { is, isAbove } from '../../sql/operators.ts';

/** P1: a hand may reach into the table where changes are gathered. */
export async function refuseOtherCount(
  session: Session,
  table: TablePlan,
  shadow: string,
): Promise<void> {
  const sql = `SELECT (SELECT count(*) FROM ${shadow})::text AS gathered,
  (SELECT coalesce(sum(rows), 0) FROM snowmelt.chunk_ledger
   WHERE run_id = $1 AND table_key = $2)::text AS ledger`;
  const { rows } = await session.query<{ gathered: string; ledger: string }>(sql, [
    table.run,
    table.key,
  ]);
  const [counted] = rows;
  if (counted?.gathered === counted?.ledger) return;
  throw new SnowmeltError(
    'RUN.COUNT_MISMATCH',
    `the ledger has ${counted?.ledger} changes, ${counted?.gathered} are gathered: the target still holds its old rows`,
  );
}

/**
 * Snowflake keeps no key unique. Where two source rows have one key the target can't hold both, and
 * the deletion of one would take the other's place in it: there is no right row to choose.
 */
export async function refuseRepeatedKeys(
  session: Session,
  changes: GatheredChanges,
): Promise<void> {
  const { table, shadow } = changes;
  const keys = table.keyColumns.map(quoteIdentifier).join(', ');
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS n FROM (
  SELECT 1 FROM ${shadow} i WHERE ${hasAction(changes, 'i', 'I')} GROUP BY ${keys} HAVING pg_catalog.count(*) ${isAbove} 1
) repeated`;
  const n = await countOf(session, sql);
  if (n === '0') return;
  throw new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `${n} keys (${table.keyColumns.join(', ')}) are each in several rows of the source at the ` +
      'snapshot: the target still holds its old rows',
    { fix: 'Remove the repeated rows at the source, or choose other uniqueness_columns.' },
  );
}

/**
 * P1: the row that a change finds has the key of another row of the source, whose deletion is not
 * among the changes: it would lose its row to this one.
 */
export async function refuseOtherKeys(session: Session, changes: GatheredChanges): Promise<void> {
  const { table, shadow, loose } = changes;
  const stored = loose.filter(({ knownBy }) => knownBy === 'stored').map(({ column }) => column);
  if (stored.length === 0) return;
  const other = stored.map((column) => differing(bytes('i', column), bytes('t', column)));
  const gone = stored.map((column) => `${bytes('d', column)} ${is} ${bytes('t', column)}`);
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS n FROM ${shadow} i
JOIN ${quoteTable(table.target)} t ON ${sameKey(changes, 't', 'i')}
WHERE (${other.join(' OR ')}) AND NOT EXISTS (
  SELECT 1 FROM ${shadow} d
  WHERE ${hasAction(changes, 'd', 'D')} AND ${sameKey(changes, 't', 'd')} AND ${gone.join(' AND ')})`;
  const n = Number(await countOf(session, sql));
  if (n > 0) throw meetingKeys(table, loose, n);
}

export function nullKeys({ target, keyColumns }: TablePlan, names: readonly string[]) {
  return new SnowmeltError(
    'TARGET.ROW_REJECTED',
    `changes have a NULL in their key (${names.join(', ')}), which the unique index of ` +
      `${target.schema}.${target.name} over ${keyColumns.join(', ')} does not find: the target ` +
      'still holds its old rows',
    {
      fix:
        'Leave such rows out with source_filter, choose other uniqueness_columns, or make the ' +
        'unique index NULLS NOT DISTINCT (PostgreSQL 15 or later).',
    },
  );
}

/** P5: CASCADE and its kin would delete or change rows that no change speaks of. */
export async function refuseOrphanedRows(
  session: Session,
  changes: GatheredChanges,
  key: IncomingKey,
): Promise<void> {
  const { table, shadow } = changes;
  const child = { schema: key.child_schema, name: key.child_table };
  const changed = `SELECT 1 FROM ${shadow} own WHERE ${sameKey(changes, 'own', 'c')}`;
  const n = await countOf(
    session,
    `SELECT pg_catalog.count(*)::pg_catalog.text AS n FROM ${quoteTable(child)} c
     WHERE EXISTS (
       SELECT 1 FROM ${quoteTable(table.target)} t, ${shadow} d
       WHERE ${equal(key.leads, 't', 'c')}
         AND ${isGone(changes, 't', 'd')})${key.own ? ` AND NOT EXISTS (${changed})` : ''}`,
  );
  if (n !== '0') throw wouldOrphan(key, n);
}

/** A trigger may drop a row, or a row of another table take its key, without a word. */
export async function refuseDroppedRows(
  session: Session,
  changes: GatheredChanges,
  written: number,
): Promise<void> {
  const { table, shadow } = changes;
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS n FROM ${shadow} i WHERE ${hasAction(changes, 'i', 'I')}`;
  const n = Number(await countOf(session, sql));
  if (n === written) return;
  throw new SnowmeltError(
    'TARGET.ROW_COUNT_MISMATCH',
    `${n} rows were to be inserted or updated in ${table.target.schema}.${table.target.name}, and ` +
      `${written} were: it still holds its old rows`,
    { retry: 'never', fix: 'See whether triggers of the target drop rows, and disable them.' },
  );
}

async function countOf(session: Session, sql: string): Promise<string> {
  const { rows } = await session.onTable<{ n: string }>(sql);
  return rows[0]?.n ?? '0';
}
