import { setTimeout as sleep } from 'node:timers/promises';

import type { DuckDBConnection } from '@duckdb/node-api';

import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import { OPEN_END } from '../../catalog/transaction-log.ts';
import { SqlError } from '../../engine/contract.ts';
import { type EngineState, readValue } from './engine-state.ts';

/** What a statement that writes needs: the number that marks its rows. */
export interface Write {
  readonly transaction: number;
}

/**
 * A session's transaction. Outside of BEGIN each statement has one of its own. The rows' marks
 * become visible to others and to time travel when it commits, not when they are written.
 *
 * Each statement is one transaction of DuckDB, whatever is open here: one that fails leaves nothing
 * behind, and the earlier ones stay to be committed.
 * https://docs.snowflake.com/en/sql-reference/transactions#failed-statements-within-a-transaction
 */
export class SessionTransaction {
  readonly #shared: EngineState;
  readonly #connection: DuckDBConnection;
  /** When this session last committed something that it wrote. */
  lastCommitNs = 0n;
  /** Milliseconds between the stamp of this statement's commit and the moment at which it is seen. */
  commitDelay = 0;
  #explicit = false;
  #number: number | undefined;
  readonly #written = new Set<CatalogTable>();

  /** LOCK_TIMEOUT of the session, in seconds. */
  readonly #lockTimeout: () => number;

  constructor(shared: EngineState, connection: DuckDBConnection, lockTimeout: () => number) {
    this.#shared = shared;
    this.#connection = connection;
    this.#lockTimeout = lockTimeout;
  }

  get isOpen(): boolean {
    return this.#explicit;
  }

  /** Marks the rows of what is open and has written something. */
  get number(): number | undefined {
    return this.#number;
  }

  /** A BEGIN inside of an open transaction changes nothing, as documented. */
  begin(): void {
    this.#explicit = true;
  }

  async commit(): Promise<void> {
    if (!this.#explicit) return;
    const stamp = await this.#stamp();
    this.#explicit = false;
    this.#end(true, stamp);
  }

  /** When the commit happens, where that is before it is seen. */
  async #stamp(): Promise<bigint | undefined> {
    if (this.commitDelay === 0 || this.#number === undefined) return undefined;
    const stamp = this.#shared.log.now();
    await sleep(this.commitDelay);
    return stamp;
  }

  async rollback(): Promise<void> {
    if (!this.#explicit) return;
    this.#explicit = false;
    try {
      await this.#atomic(() => this.#undo());
    } finally {
      this.#end(false);
    }
  }

  async #undo(): Promise<void> {
    for (const { physical } of this.#written) {
      await this.#connection.run(`DELETE FROM ${physical} WHERE vf = ${this.#number}`);
      await this.#connection.run(
        `UPDATE ${physical} SET vt = ${OPEN_END} WHERE vt = ${this.#number}`,
      );
    }
  }

  #end(committed: boolean, stamp?: bigint): void {
    if (this.#number !== undefined) {
      if (committed) this.lastCommitNs = this.#shared.log.commit(this.#number, stamp);
      else this.#shared.log.rollback(this.#number);
    }
    this.#number = undefined;
    this.#written.clear();
    this.#shared.locks.release(this);
  }

  async #atomic<T>(run: () => Promise<T>): Promise<T> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      const result = await run();
      await this.#connection.run('COMMIT');
      return result;
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Runs a statement that writes tables: all of it, or nothing. */
  async write<T>(
    written: CatalogTable | readonly CatalogTable[],
    signal: AbortSignal,
    run: (write: Write) => Promise<T>,
  ): Promise<T> {
    const tables = 'physical' in written ? [written] : written;
    for (const name of tables.map(({ physical }) => physical).toSorted())
      await this.#shared.locks.acquire(name, this, signal, this.#lockTimeout());
    this.#number ??= this.#shared.log.begin();
    const write = { transaction: this.#number };
    try {
      const result = await this.#atomic(async () => {
        const done = await run(write);
        for (const table of tables) await checkHybridKeys(table, this.#connection);
        return done;
      });
      for (const table of tables) this.#written.add(table);
      if (!this.#explicit) this.#end(true, await this.#stamp());
      return result;
    } catch (error) {
      if (!this.#explicit) this.#end(false);
      throw error;
    }
  }
}

/**
 * Hybrid tables enforce their keys, as others do not.
 * https://docs.snowflake.com/en/user-guide/tables-hybrid-create: "A primary key already exists."
 */
async function checkHybridKeys(table: CatalogTable, connection: DuckDBConnection): Promise<void> {
  if (table.variant !== 'hybrid') return;
  for (const { type, columns } of table.constraints) {
    if (type === 'FOREIGN KEY') continue;
    const physical = table.columns.filter((column) => columns.includes(column.name));
    const list = physical.map((column) => `"${column.physical}"`);
    const known = list.map((column) => `${column} IS NOT NULL`).join(' AND ');
    const twice = await readValue(
      connection,
      `SELECT 1 FROM ${table.physical} WHERE vt = ${OPEN_END} AND ${known} GROUP BY ${list.join(', ')} HAVING count(*) > 1 LIMIT 1`,
    );
    if (twice === null) continue;
    const kind = type === 'UNIQUE' ? 'unique' : 'primary';
    throw new SqlError('200001', '22000', `A ${kind} key already exists.`);
  }
}
