import { waits } from '@snowmelt/core';
import { transactionSettings } from '@snowmelt/pg-connection';

import type { PostgresTargetSettings } from './connection-options.ts';

/** Milliseconds; 0: no limit. */
export interface TimeLimits {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function timeLimits(settings: PostgresTargetSettings): TimeLimits {
  return {
    lockTimeoutMs: Math.round((settings.lockTimeoutSeconds ?? waits['target.lock'].seconds) * 1000),
    statementTimeoutMs: Math.round((settings.statementTimeoutSeconds ?? 0) * 1000),
  };
}

/** What a transaction begins with, for each purpose. */
export interface Beginnings {
  readonly plain: string;
  readonly load: string;
}

/**
 * For the transaction of a chunk. COMMIT does not wait for the disk: rows and ledger row stand or
 * fall together, and `receipts` and `publish` wait for the disk before they say that a chunk is in.
 * No lock timeout at first, since the ledger key is only held by another loader of the same chunk.
 * P1: rows that row-level security hides would count as gone; so the server refuses such a statement.
 */
export function beginnings(settings: PostgresTargetSettings): Beginnings {
  const { lockTimeoutMs, statementTimeoutMs } = timeLimits(settings);
  const { maintenanceWorkMem, synchronousCommit = 'off' } = settings;
  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
${transactionSettings}
SET LOCAL row_security = off;
SET LOCAL statement_timeout = ${statementTimeoutMs};
${maintenanceWorkMem === undefined ? '' : setLocal('maintenance_work_mem', maintenanceWorkMem)}`;
  return {
    plain: `${begin}\n${limitLocks(lockTimeoutMs)}\n${whichBackend}`,
    load: `${begin}
SET LOCAL lock_timeout = 0;
${setLocal('synchronous_commit', synchronousCommit)}
${whichBackend}`,
  };
}

/** Asked, since a pooler that is spoken to at login has an id of its own for cancelling. */
const whichBackend = 'SELECT pg_catalog.pg_backend_pid() AS pid;';

/** SET takes no bound value. */
function setLocal(name: string, value: string): string {
  return `SET LOCAL ${name} = '${value.replaceAll("'", "''")}';`;
}

export function limitLocks(lockTimeoutMs: number): string {
  return `SET LOCAL lock_timeout = ${Math.round(lockTimeoutMs)};`;
}

/**
 * Makes this transaction, and every one that committed before what it reads, durable: a commit
 * with a transaction id writes a record and waits for all of the log before it
 * (https://www.postgresql.org/docs/current/wal-async-commit.html).
 */
export const waitForDisk = `
SELECT pg_catalog.txid_current(),
       CASE current_setting('synchronous_commit')
         WHEN 'off' THEN set_config('synchronous_commit', 'on', true)
       END`;
