import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { ledgerLoading, unfilledColumns } from '@snowmelt/core/contract';
import type { LedgerAccess, LedgerEntry, LedgerTransaction, Target } from '@snowmelt/core/contract';

import { add, countOf, describe, makeTable, nameOf, takeOut, type Sql } from './tables.ts';

/** Tables of SQLite files, one a database. A value is kept as the text that it comes as. */
export function sqliteTarget(folder: string): Target {
  const open = (database: string) => new DatabaseSync(join(folder, `${database}.sqlite`));
  const read = async <T>(database: string, work: (sql: Sql) => T): Promise<T> => {
    using connection = open(database);
    return work(asking(connection));
  };
  return {
    ping: (database) =>
      read(database, (sql) => `SQLite, ${sql<{ file: string }>('PRAGMA database_list')[0]?.file}`),
    describe: (ref) => read(ref.database, (sql) => describe(sql, ref)),
    isEmpty: (ref) => read(ref.database, (sql) => countOf(sql, ref) === 0),
    count: (ref) => read(ref.database, (sql) => countOf(sql, ref)),
    check: async (plan, existing) => unfilledColumns(plan, existing),
    ...ledgerLoading({
      write: writing(open),
      entries: ({ target }, heading) => read(target.database, (sql) => entries(sql, heading)),
    }),
    createsTables: {
      // Text keeps all digits, so that there is nothing to decide.
      fractionDigits: () => undefined,
      decideTypes: async () => ({ decisions: [], notices: [] }),
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const ledger = `
CREATE TABLE IF NOT EXISTS snowmelt_ledger (heading, name, text, PRIMARY KEY (heading, name))`;

function entries(sql: Sql, heading: string): LedgerEntry[] {
  return sql('SELECT name, text FROM snowmelt_ledger WHERE heading = ?', heading);
}

function transactionOn(sql: Sql): LedgerTransaction {
  return {
    entries: (heading) => entries(sql, heading),
    put: (heading, { name, text }) =>
      sql('INSERT OR REPLACE INTO snowmelt_ledger VALUES (?, ?, ?)', heading, name, text),
    remove: (heading, name) =>
      sql('DELETE FROM snowmelt_ledger WHERE heading = ? AND name = ?', heading, name),
    makeTable: (plan) => makeTable(sql, plan),
    empty: (target) => sql(`DELETE FROM ${nameOf(target)}`),
    add: (plan, rows) => add(sql, plan, rows),
    takeOut: (target, ids) => takeOut(sql, target, ids),
  };
}

/** All of the work or nothing, and no other writes meanwhile. */
function writing(open: (database: string) => DatabaseSync): LedgerAccess['write'] {
  return async ({ target }, signal, work) => {
    using connection = open(target.database);
    connection.exec('PRAGMA journal_mode = WAL');
    while (!begins(connection)) await sleep(5, undefined, { signal });
    try {
      signal.throwIfAborted();
      connection.exec(ledger);
      const result = await work(transactionOn(asking(connection)));
      connection.exec('COMMIT');
      return result;
    } catch (error) {
      connection.exec('ROLLBACK');
      throw error;
    }
  };
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

function asking(connection: DatabaseSync): Sql {
  return (text, ...values) => connection.prepare(text).all(...values) as never;
}
