import { SnowmeltError } from '@snowmelt/core/contract';
import type { LoadReceipt, TablePlan } from '@snowmelt/core/contract';

import { nameOf, tableOf, type Sql } from './tables.ts';

/** `ids`: rows that the chunk has added, as long as its run has not come to its end. */
export const ledger = `
CREATE TABLE IF NOT EXISTS snowmelt_runs
  (run, key, tab, at, restarts DEFAULT 0, emptied, newer, PRIMARY KEY (run, key));
CREATE TABLE IF NOT EXISTS snowmelt_chunks (run, key, tab, id, rows, bytes, ids)`;

type Ledger = { restarts: number; newer: string | null };

export function receiptsOf(sql: Sql, { run, key }: TablePlan): LoadReceipt[] {
  const text = 'SELECT id AS chunk, rows, bytes FROM snowmelt_chunks WHERE run = ? AND key = ?';
  return sql<LoadReceipt>(text, run, key).map((row) => ({ ...row, alreadyLoaded: true }));
}

export function ledgerOf(sql: Sql, { run, key }: TablePlan): Ledger {
  const text = 'SELECT restarts, newer FROM snowmelt_runs WHERE run = ? AND key = ?';
  return sql<Ledger>(text, run, key)[0] ?? { restarts: 0, newer: null };
}

/** No older run goes on with the table from now on, or begins. Says how often this one has. */
export function enter(sql: Sql, plan: TablePlan): number {
  const { run, key, target, snapshot, mode } = plan;
  const [tab, at] = [tableOf(target), snapshot.pinned ? snapshot.at : null];
  const others = 'run <> ? AND tab = ? AND (key = ? OR ?)';
  const values = [run, tab, key, mode === 'truncate' ? 1 : 0];
  const later = `SELECT run AS newer FROM snowmelt_runs WHERE at > ? AND ${others}`;
  refuseOlder(ledgerOf(sql, plan).newer ?? sql<Ledger>(later, at, ...values)[0]?.newer);
  const insert = 'INSERT OR IGNORE INTO snowmelt_runs (run, key, tab, at) VALUES (?, ?, ?, ?)';
  sql(insert, run, key, tab, at);
  sql(`UPDATE snowmelt_runs SET newer = ? WHERE newer IS NULL AND ${others}`, run, ...values);
  return ledgerOf(sql, plan).restarts;
}

function refuseOlder(newer: string | null | undefined): void {
  if (newer === null || newer === undefined) return;
  throw new SnowmeltError('RUN.SUPERSEDED', `run ${newer} has begun to load the table since`);
}

export function refuseStale(sql: Sql, plan: TablePlan): void {
  const { restarts, newer } = ledgerOf(sql, plan);
  refuseOlder(newer);
  if (restarts === (plan.restarts ?? 0)) return;
  throw new SnowmeltError('RUN.LEASE_LOST', 'the table has begun anew meanwhile');
}

/** Once a run, also where several of its source tables go into the one table. */
export function emptyOnce(sql: Sql, { run, key, target }: TablePlan): void {
  const tab = tableOf(target);
  const done = 'SELECT 1 FROM snowmelt_runs WHERE run = ? AND tab = ? AND emptied';
  if (sql(done, run, tab).length > 0) return;
  sql(`DELETE FROM ${nameOf(target)}`);
  sql(`UPDATE snowmelt_chunks SET ids = '[]' WHERE tab = ?`, tab);
  sql('UPDATE snowmelt_runs SET emptied = 1 WHERE run = ? AND key = ?', run, key);
}

/** What runs have added of the source table that have not come to their end. */
export function takeOut(
  sql: Sql,
  { run, key, target }: TablePlan,
  whose: 'run = ?' | 'run <> ?',
): void {
  const [which, values] = [`tab = ? AND key = ? AND ${whose}`, [tableOf(target), key, run]];
  const ids = `SELECT each.value FROM (SELECT ids FROM snowmelt_chunks WHERE ${which}) AS chunk,
    json_each(chunk.ids) AS each`;
  sql(`DELETE FROM ${nameOf(target)} WHERE rowid IN (${ids})`, ...values);
  sql(`UPDATE snowmelt_chunks SET ids = '[]' WHERE ${which}`, ...values);
}
