import type { FaultRow, FaultScene, Fix } from './fault-row.ts';
import { grantAdvice, quoteName } from './grant-advice.ts';
import type { ServerError } from './server-error.ts';

const again = 'then run the same command again: it goes on where it stopped.';

const login: Fix = ({ role }, { message, routine }) => {
  if (/not permitted to log in/.test(message)) return `ALTER ROLE ${quoteName(role)} LOGIN;`;
  if (/valid client certificate/.test(message)) {
    return 'The server wants a certificate of the client: give postgres.ssl.cert and postgres.ssl.key.';
  }
  if (routine === 'ClientAuthentication' && /pg_hba/.test(message)) {
    return `Add a line to pg_hba.conf for what the message names (host, user, database, encryption), SELECT pg_reload_conf(), ${again}`;
  }
  return 'Check postgres.user, postgres.password and pg_hba.conf; with auth: rds_iam that the user has the role rds_iam and the IAM role may rds-db:connect.';
};

const connections: Fix = ({ role, database, connections: count }, { message }) => {
  const limit = `CONNECTION LIMIT ${count ?? 'n'};${count === undefined ? ' (`snowmelt check` says how many)' : ''}`;
  const lower = 'lower parallel_threads, or end sessions that nobody needs (pg_stat_activity)';
  const [, what] = /too many connections for (role|database)/.exec(message) ?? [];
  if (what === 'role') return `ALTER ROLE ${quoteName(role)} ${limit} or ${lower}.`;
  if (what === 'database') {
    return `ALTER DATABASE ${quoteName(database)} ${limit} or ${lower}.`;
  }
  return `Raise max_connections of the server, or ${lower}. \`snowmelt check\` says how many are needed.`;
};

const standby =
  'This server is a standby and takes no writes: set postgres.host to the primary (the writer endpoint of a managed service), or promote this one.';

const sessionMode =
  'Set postgres.host and postgres.port to the server itself, or to the port where the pooler hands out whole sessions (PgBouncer: pool_mode = session).';

const protocol: Fix = (_scene, { message }) =>
  /startup parameter/.test(message)
    ? 'The pooler does not know a parameter: unset PGOPTIONS here, or list it in ignore_startup_parameters of the pooler; or reach the server itself.'
    : sessionMode;

const taken =
  'What has the name that the message says is there already. Where another process has just made it, run the same command again; otherwise rename or drop it.';

const missingDatabase: Fix = ({ database, databaseKey }) =>
  `CREATE DATABASE ${quoteName(database)}; or correct ${databaseKey}.`;

/**
 * SQLSTATEs first, then their classes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 * `retry: chunk` passes by itself.
 */
const rows: Readonly<Record<string, FaultRow>> = {
  '08': ['lost', 'chunk', `See the log of the server, ${again}`],
  '08P01': ['pooler', 'never', protocol],
  '25006': ['standby', 'run', standby],
  '26000': ['pooler', 'never', sessionMode],
  '28': ['login', 'never', login],
  '3D000': ['no-database', 'never', missingDatabase],
  '3F000': ['missing', 'never', 'Create the schema that the message names, or correct its name.'],
  '40': ['conflict', 'chunk', `See which other session writes the same tables, ${again}`],
  '42501': ['privilege', 'never', grantAdvice],
  '42703': ['refused', 'never', 'Give the table the column that the message names, or map it.'],
  '42710': ['raced', 'chunk', taken],
  '42723': ['raced', 'chunk', taken],
  '42P01': ['missing', 'never', 'Create the table that the message names, or correct its name.'],
  '42P05': ['pooler', 'never', sessionMode],
  '42P06': ['raced', 'chunk', taken],
  '42P07': ['raced', 'chunk', taken],
  '53100': [
    'resources',
    'run',
    `Free disk space at the server (data, WAL or temporary files), ${again}`,
  ],
  '53200': [
    'resources',
    'run',
    `Give the server memory, or lower parallel_threads and postgres.settings.maintenance_work_mem, ${again}`,
  ],
  '53300': ['full', 'chunk', connections],
  '53': ['resources', 'run', `Free what the message names, ${again}`],
  '54': [
    'refused',
    'never',
    'PostgreSQL has a limit that the message names: leave columns out (columns.exclude), or drop the index that it names.',
  ],
  '55P03': [
    'locked',
    'chunk',
    `End the session that holds the lock (pg_locks, pg_stat_activity), or raise postgres.settings.lock_timeout_seconds, ${again}`,
  ],
  '57014': ['cancelled', 'chunk', `See who cancels statements (pg_cancel_backend), ${again}`],
  '57P01': ['lost', 'chunk', `See who ended the session or the server, ${again}`],
  '57P02': ['lost', 'chunk', `See in the log of the server why it crashed, ${again}`],
  '57P03': ['starting', 'chunk', `Wait until the server takes connections, ${again}`],
  '57P04': ['no-database', 'never', missingDatabase],
  '57P05': ['lost', 'chunk', `Raise idle_session_timeout of the role, ${again}`],
  '58': ['resources', 'run', `See the log of the server and its disks, ${again}`],
  XX: [
    'refused',
    'never',
    'See the log of the server: it has met a defect of its own or of its data, or an extension has.',
  ],
};

const other: FaultRow = [
  'refused',
  'never',
  'Mend what the message of PostgreSQL names, then run the same command again.',
];

const closed: FaultRow = [
  'closed-database',
  'never',
  ({ database, databaseKey }) =>
    `ALTER DATABASE ${quoteName(database)} WITH ALLOW_CONNECTIONS true; or correct ${databaseKey}.`,
];

export function serverRow(error: ServerError, scene: FaultScene): FaultRow {
  return special(error, scene) ?? rows[error.code] ?? rows[error.code.slice(0, 2)] ?? other;
}

/** Where the SQLSTATE alone says too little. Functions of the server's source are in no language. */
function special(error: ServerError, { statementTimeoutMs = 0 }: FaultScene): FaultRow | undefined {
  const { code, routine, schema, message } = error;
  if (isStatementTimeout(error, statementTimeoutMs)) {
    const fix =
      'Raise postgres.settings.statement_timeout_seconds, or load smaller chunks (batch_size).';
    return ['timeout', 'chunk', fix];
  }
  // src/backend/utils/init/postinit.c: ALLOW_CONNECTIONS false.
  if (code === '55000' && routine === 'CheckMyDatabase') return closed;
  // src/backend/commands/variable.c: READ WRITE is refused during recovery, as 0A000.
  const refusesWrites = routine === 'call_bool_check_hook' || /during recovery/.test(message);
  if ((code === '0A000' || code === '55000') && refusesWrites) return rows['25006'];
  // IF NOT EXISTS looks first and creates then; the loser meets the unique index of the catalog.
  if (code === '23505' && schema === 'pg_catalog') return rows['42P07'];
  if (code === 'XX000' && /^tuple concurrently (updated|deleted)/.test(message))
    return rows['42P07'];
  return undefined;
}

/**
 * A cancelled statement and one that ran out of time have the same SQLSTATE. Their messages may be
 * in any language, but where they are in English, nobody's cancellation is taken for a timeout.
 */
export function isStatementTimeout(error: ServerError, limitMs: number): boolean {
  return limitMs > 0 && error.code === '57014' && !error.message.includes('user request');
}
