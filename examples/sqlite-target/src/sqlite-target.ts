import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { readRows, type Loading, type TablePlan, type Target } from '@snowmelt/core/contract';
import type { AppendPlan, TruncatePlan } from '@snowmelt/core/contract';

import { emptyOnce, enter, ledger, ledgerOf, receiptsOf, refuseStale, takeOut } from './ledger.ts';
import { check, countOf, describe, insert, makeTable, tableOf, type Sql } from './tables.ts';

/** Tables of SQLite files, one a database. A value is kept as the text that it comes as. */
export function sqliteTarget(folder: string): Target {
  const { read, write } = databases(folder);
  return {
    ping: (database) =>
      read(database, (sql) => `SQLite, ${sql<{ file: string }>('PRAGMA database_list')[0]?.file}`),
    describe: (ref) => read(ref.database, (sql) => describe(sql, ref)),
    isEmpty: (ref) => read(ref.database, (sql) => countOf(sql, ref) === 0),
    count: (ref) => read(ref.database, (sql) => countOf(sql, ref)),
    receipts: (plan) => read(plan.target.database, (sql) => receiptsOf(sql, plan)),
    createsTables: {
      // Text keeps all digits, so that there is nothing to decide.
      fractionDigits: () => undefined,
      decideTypes: async () => ({ decisions: [], notices: [] }),
    },
    ...loading(write),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

type Write = ReturnType<typeof databases>['write'];

function loading(write: Write): Loading<AppendPlan | TruncatePlan> {
  return {
    check: async (plan, existing) => check(plan, existing),
    prepare: (plan, { signal }) =>
      write(plan, signal, (sql) => {
        const restarts = enter(sql, plan);
        const restart = { restarts, why: 'the table has begun anew' };
        if (restarts > (plan.restarts ?? 0)) return { indexesDisabled: false, restart };
        makeTable(sql, plan);
        if (plan.mode === 'truncate') emptyOnce(sql, plan);
        else takeOut(sql, plan, 'run <> ?');
        return { indexesDisabled: false };
      }),
    load: (plan, chunk, openChunk, { signal }) =>
      write(plan, signal, async (sql) => {
        const done = receiptsOf(sql, plan).find((receipt) => receipt.chunk === chunk.id);
        if (done !== undefined) return done;
        refuseStale(sql, plan);
        const { rows, bytes } = await readRows(await openChunk(), plan.columns.length, signal);
        const ids = insert(sql, plan, rows);
        const values = [plan.run, plan.key, tableOf(plan.target), chunk.id, ids.length, bytes];
        sql(
          'INSERT INTO snowmelt_chunks VALUES (?, ?, ?, ?, ?, ?, ?)',
          ...values,
          JSON.stringify(ids),
        );
        return { chunk: chunk.id, rows: ids.length, bytes, alreadyLoaded: false };
      }),
    publish: (plan, { signal }) =>
      write(plan, signal, (sql) => {
        refuseStale(sql, plan);
        // The rows are the table's own from now on.
        sql(`UPDATE snowmelt_chunks SET ids = '[]' WHERE run = ? AND key = ?`, plan.run, plan.key);
        return { rows: receiptsOf(sql, plan).reduce((sum, { rows }) => sum + rows, 0) };
      }),
    restart: (plan, why, { signal }) =>
      write(plan, signal, (sql) => {
        const restarts = (plan.restarts ?? 0) + 1;
        if (ledgerOf(sql, plan).restarts >= restarts) return { restarts, why };
        takeOut(sql, plan, 'run = ?');
        const own = 'run = ? AND key = ?';
        sql(`DELETE FROM snowmelt_chunks WHERE ${own}`, plan.run, plan.key);
        sql(`UPDATE snowmelt_runs SET restarts = ? WHERE ${own}`, restarts, plan.run, plan.key);
        return { restarts, why };
      }),
  };
}

function databases(folder: string) {
  const open = (database: string) => new DatabaseSync(join(folder, `${database}.sqlite`));
  const asking =
    (connection: DatabaseSync): Sql =>
    (text, ...values) =>
      connection.prepare(text).all(...values) as never;
  const read = async <T>(database: string, work: (sql: Sql) => T): Promise<T> => {
    using connection = open(database);
    return work(asking(connection));
  };
  /** All of the work or nothing, and no other writes meanwhile. */
  async function write<T>(
    plan: TablePlan,
    signal: AbortSignal,
    work: (sql: Sql) => T | Promise<T>,
  ) {
    using connection = open(plan.target.database);
    connection.exec('PRAGMA journal_mode = WAL');
    while (!begins(connection)) await sleep(5, undefined, { signal });
    try {
      signal.throwIfAborted();
      connection.exec(ledger);
      const result = await work(asking(connection));
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  }
  return { read, write };
}

/** False while another connection writes. */
function begins(connection: DatabaseSync): boolean {
  try {
    connection.exec('BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === 5) return false;
    throw error;
  }
}
