import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import type { Catalog } from '../../catalog/catalog.ts';
import type { QueryHistory } from '../../catalog/query-history.ts';
import type { TransactionLog } from '../../catalog/transaction-log.ts';
import type { SqlEngine } from '../../engine/contract.ts';
import type { EngineExtension } from '../statement-handler.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { ParameterValue } from './parameters.ts';
import type { TableLocks } from './table-locks.ts';

/** What all sessions of an engine share. */
export interface EngineState {
  readonly engine: SqlEngine;
  readonly instance: DuckDBInstance;
  readonly pool: ConnectionPool;
  readonly catalog: Catalog;
  readonly log: TransactionLog;
  readonly locks: TableLocks;
  readonly history: QueryHistory;
  readonly extensions: readonly EngineExtension[];
  readonly account: string;
  /** By session. */
  readonly openTransactions: Map<number, OpenTransaction>;
  /** Set by ALTER ACCOUNT. */
  readonly accountParameters: Map<string, ParameterValue>;
}

/** Runs DuckDB SQL; an abort interrupts it. */
export async function runSql(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const interrupt = (): void => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const result = await connection.run(sql);
    return result.rowsChanged;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

/** The first column of the first row, as text. */
export async function readValue(connection: DuckDBConnection, sql: string): Promise<string | null> {
  const result = await connection.runAndReadAll(sql);
  const value = result.getRows()[0]?.[0] ?? null;
  return value === null ? null : String(value);
}

/** A transaction that a session has open, as SHOW TRANSACTIONS and SHOW LOCKS list it. */
interface OpenTransaction {
  /** Nanoseconds since the epoch, 19 digits: mlorek/frostlake, TransactionIdentityTest. */
  readonly id: bigint;
  readonly name: string;
  readonly user: string;
  readonly sessionId: number;
  readonly startedNs: bigint;
  /** By the table's full name. An INSERT locks nothing that others have. */
  readonly locks: Map<string, { readonly queryId: string; readonly acquiredNs: bigint }>;
}
