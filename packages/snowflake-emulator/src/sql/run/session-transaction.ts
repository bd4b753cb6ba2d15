import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import type { EngineState } from './engine-state.ts';
import { runSql } from './engine-state.ts';
import { checkHybridKeys } from './hybrid-keys.ts';

/** What a statement that writes needs: the number that marks its rows. */
export interface Write {
  readonly transaction: number;
}

/**
 * A session's transaction. Outside of BEGIN each statement has one of its own. The rows' marks
 * become visible to time travel when it commits, not when they are written.
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

  async begin(): Promise<void> {
    if (this.#explicit) return;
    await this.#connection.run('BEGIN TRANSACTION');
    this.#explicit = true;
  }

  async commit(): Promise<void> {
    if (!this.#explicit) return;
    const stamp = await this.#stamp();
    await this.#connection.run('COMMIT');
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
      await this.#connection.run('ROLLBACK');
    } finally {
      this.#end(false);
    }
  }

  #end(committed: boolean, stamp?: bigint): void {
    if (this.#number !== undefined) {
      if (committed) this.lastCommitNs = this.#shared.log.commit(this.#number, stamp);
      else this.#shared.log.rollback(this.#number);
    }
    this.#number = undefined;
    this.#shared.locks.release(this);
  }

  /** Runs a statement that writes a table. Within a transaction a failed one leaves nothing behind. */
  async write<T>(
    table: CatalogTable,
    signal: AbortSignal,
    run: (write: Write) => Promise<T>,
  ): Promise<T> {
    await this.#shared.locks.acquire(table.physical, this, signal, this.#lockTimeout());
    this.#number ??= this.#shared.log.begin();
    const write = { transaction: this.#number };
    const runChecked = async (): Promise<T> => {
      const result = await run(write);
      await checkHybridKeys(table, this.#connection);
      return result;
    };
    if (this.#explicit) return runChecked();
    try {
      await this.#connection.run('BEGIN TRANSACTION');
      const result = await runChecked();
      const stamp = await this.#stamp();
      await this.#connection.run('COMMIT');
      this.#end(true, stamp);
      return result;
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      this.#end(false);
      throw error;
    }
  }

  /** A statement of definition commits what is open, and stands alone. */
  async define(sql: readonly string[], signal: AbortSignal): Promise<void> {
    await this.commit();
    for (const statement of sql) await runSql(this.#connection, statement, signal);
  }
}
