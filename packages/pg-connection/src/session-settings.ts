import type { QueryResult } from 'pg';

import { noteBackend } from './silence/watch-silence.ts';

/**
 * Names are looked for in PostgreSQL's own schema only: in any other that the role's path has, such as
 * `public`, somebody else may have put a function, operator or type that fits better
 * (https://www.postgresql.org/docs/current/ddl-schemas.html, "Usage Patterns"). `pg_temp` is named
 * since it would be searched first otherwise. See docs/decisions/0022-whose-names.md.
 */
const ownPath = 'search_path = pg_catalog, pg_temp';

/**
 * How often the server looks, in the middle of a statement or of a wait, whether its client is still
 * there: a run that is killed in CREATE INDEX or a swap would else hold its locks to the end of it.
 * A server on a platform that can't look refuses any other value than 0
 * (https://www.postgresql.org/docs/current/runtime-config-connection.html).
 */
const checkClientMs = 2000;

/**
 * How text is read and written is pinned, whatever the role or database has set: one row is then
 * the same text in every session. Not lc_monetary, which says how many digits stored money has.
 *
 * The keepalives end a session whose client has vanished (a frozen function, a pulled cable) within a
 * minute or two: it may hold what the next process waits for.
 */
const settings: readonly string[] = [
  ownPath,
  "client_encoding = 'UTF8'",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'postgres'",
  "TimeZone = 'UTC'",
  "bytea_output = 'hex'",
  'extra_float_digits = 1',
  'array_nulls = on',
  "xmloption = 'content'",
  'standard_conforming_strings = on',
  'idle_in_transaction_session_timeout = 0',
  'tcp_keepalives_idle = 30',
  'tcp_keepalives_interval = 10',
  'tcp_keepalives_count = 6',
];

/** Several statements. PostgreSQL before 17 has no transaction_timeout. */
function setAll(how: 'SET' | 'SET LOCAL'): string {
  return `${settings.map((setting) => `${how} ${setting};`).join('\n')}
DO $$ BEGIN
  ${how} client_connection_check_interval = ${checkClientMs};
EXCEPTION WHEN invalid_parameter_value OR undefined_object THEN NULL;
END $$;
SELECT set_config(name, '0', ${how === 'SET LOCAL'}) FROM pg_catalog.pg_settings
WHERE name = 'transaction_timeout';`;
}

/**
 * In the transaction that needs them, so that nothing is changed for anyone else, also behind a pooler
 * that hands connections on between transactions.
 */
export const transactionSettings = setAll('SET LOCAL');

/** For a session of our own; whatever default_transaction_read_only of the role or database says. */
const sessionSettings = `SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;
SET idle_session_timeout = 0;
${setAll('SET')}`;

/** The first thing that is said on a connection. `statementMs`: of each of its statements; 0: no limit. */
export async function beginSession(
  client: { query(sql: string): Promise<unknown> },
  statementMs = 0,
): Promise<void> {
  const answers = await client.query(
    `${sessionSettings} SET statement_timeout = ${statementMs}; SELECT pg_catalog.pg_backend_pid() AS pid;`,
  );
  const [row] = (answers as readonly QueryResult<{ pid: number }>[]).at(-1)?.rows ?? [];
  if (row !== undefined) noteBackend(client, row.pid);
}

export const takeOwnPath = `SET LOCAL ${ownPath};`;

/** As the role has it: what triggers, checks and index expressions of users count on. */
export const takeRolesPath = 'SET LOCAL search_path TO DEFAULT;';
