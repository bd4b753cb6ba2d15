import type { PostgresTargetSettings } from './connection-options.ts';

/**
 * How often the server looks, in the middle of a statement or of a wait, whether its client is still
 * there: a run that is killed in CREATE INDEX or a swap would else hold its locks to the end of it.
 * A server on a platform that can't look refuses any other value than 0
 * (https://www.postgresql.org/docs/current/runtime-config-connection.html).
 */
const checkClientMs = 2000;

/**
 * Names are looked for in PostgreSQL's own schema only: in any other that the role's path has, such as
 * `public`, somebody else may have put a function, operator or type that fits better
 * (https://www.postgresql.org/docs/current/ddl-schemas.html, "Usage Patterns"). `pg_temp` is named
 * since it would be searched first otherwise.
 */
export const ownPath = 'SET LOCAL search_path = pg_catalog, pg_temp;';

/** As the role has it: what triggers, checks and index expressions of users count on. */
export const rolesPath = 'SET LOCAL search_path TO DEFAULT;';

/**
 * Settings stand in the transaction that needs them (SET LOCAL), so that nothing is changed for
 * anyone else, also behind a pooler that hands connections on between transactions.
 *
 * How text is read and written is pinned, whatever the role or database has set: one row is then
 * the same text in every session. Not lc_monetary, which says how many digits stored money has.
 *
 * The keepalives end a session whose client has vanished (a frozen function, a pulled cable)
 * within two minutes: it may hold the ledger key that the next loader of the chunk waits for.
 * PostgreSQL before 17 has no transaction_timeout.
 */
const common = `
${ownPath}
SET LOCAL client_encoding = 'UTF8';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL array_nulls = on;
SET LOCAL xmloption = 'content';
SET LOCAL standard_conforming_strings = on;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL tcp_keepalives_idle = 60;
SET LOCAL tcp_keepalives_interval = 10;
SET LOCAL tcp_keepalives_count = 6;
DO $$ BEGIN
  SET LOCAL client_connection_check_interval = ${checkClientMs};
EXCEPTION WHEN invalid_parameter_value OR undefined_object THEN NULL;
END $$;
SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings WHERE name = 'transaction_timeout';`;

/** Milliseconds; 0: no limit. */
export interface TimeLimits {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

export function timeLimits(settings: PostgresTargetSettings): TimeLimits {
  return {
    lockTimeoutMs: Math.round((settings.lockTimeoutSeconds ?? 60) * 1000),
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
 */
export function beginnings(settings: PostgresTargetSettings): Beginnings {
  const { lockTimeoutMs, statementTimeoutMs } = timeLimits(settings);
  const { maintenanceWorkMem, synchronousCommit = 'off' } = settings;
  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;${common}
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
