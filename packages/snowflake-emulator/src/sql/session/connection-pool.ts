import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** Connections for queries: each streams on one of its own, so that a session may have several open. */
export class ConnectionPool {
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];

  constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  async take(): Promise<DuckDBConnection> {
    return this.#idle.pop() ?? (await this.#instance.connect());
  }

  /** Gives a connection back; one whose result was not read to its end is closed. */
  give(connection: DuckDBConnection, isReusable: boolean): void {
    if (isReusable) this.#idle.push(connection);
    else connection.closeSync();
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.closeSync();
  }
}
