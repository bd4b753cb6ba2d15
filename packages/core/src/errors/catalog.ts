import { entry, type CatalogEntry } from './catalog-entry.ts';
import { targetErrors } from './target-errors.ts';

export type { CatalogEntry, Retry } from './catalog-entry.ts';

/**
 * Every expected failure: what it means, what repeats it helps, and the fix. The error reference
 * (docs/reference/errors.md) is generated from this table.
 */
export const errorCatalog = {
  'CONFIG.NOT_FOUND': entry(
    'never',
    'The configuration file does not exist or cannot be read.',
    'Give its path with --config, or write one: see docs/configuration.md.',
  ),
  'CONFIG.SYNTAX': entry(
    'never',
    'The configuration file is not valid JSON or YAML.',
    'Correct the place that the message names.',
  ),
  'CONFIG.INVALID': entry(
    'never',
    'Keys of the configuration are unknown, missing or have values that cannot be used.',
    'Correct each key that the message names.',
  ),
  'CONFIG.MISSING_VARIABLE': entry(
    'never',
    'The configuration refers to an environment variable that is not set.',
    'Set the variable, or read it from a file with --env-file.',
  ),
  'CONFIG.UNSUPPORTED': entry(
    'never',
    'The configuration asks for something that the source or the target at hand cannot do.',
    'Remove the key that the message names.',
  ),
  'CONFIG.NO_SUCH_TABLE': entry(
    'never',
    'A --source or --table names nothing in the configuration.',
    'Use one of the names that the message lists.',
  ),
  'CONFIG.KEY_FORMAT': entry(
    'never',
    'The private key of snowflake.rsa_key cannot be used.',
    'Give a PKCS#8 PEM; the message has the openssl line that converts another one.',
  ),
  'SOURCE.UNREACHABLE': entry(
    'run',
    'Snowflake cannot be reached.',
    'Check snowflake.account or snowflake.access_url, the network and the proxy.',
  ),
  'SOURCE.AUTH_FAILED': entry(
    'never',
    'Snowflake refused the login.',
    'Check snowflake.user and its key, password or token, and the network policy.',
  ),
  'SOURCE.NO_WAREHOUSE': entry(
    'never',
    'No warehouse runs the statements.',
    'Set snowflake.warehouse to one that the role may use, and check its resource monitor.',
  ),
  'SOURCE.TABLE_NOT_FOUND': entry(
    'never',
    'A source table or view does not exist, or the role may not read it.',
    'Check its name and case as Snowflake stores it, and GRANT SELECT to the role.',
  ),
  'SOURCE.PRIVILEGE': entry(
    'never',
    'The role lacks a privilege.',
    'Grant the privilege that the message names.',
  ),
  'SOURCE.UNLOAD_UNAVAILABLE': entry(
    'never',
    'One row could not be unloaded and read again, and extract: unload asks for unloads.',
    'Open the way that the message names, or use extract: auto or query.',
  ),
  'SOURCE.SNAPSHOT_GONE': entry(
    'never',
    'Time Travel cannot reach the snapshot point of the run any more.',
    'Start a new run with --no-resume, or lengthen DATA_RETENTION_TIME_IN_DAYS.',
  ),
  'SOURCE.NOT_PINNABLE': entry(
    'never',
    'The object cannot be read as of a past point in time, and snapshot: required asks for that.',
    'Read a table instead, give it retention, or set snapshot: auto for it.',
  ),
  'SOURCE.CHANGES_UNAVAILABLE': entry(
    'never',
    'The changes of a source table cannot be read, as changes: cdc asks.',
    'Start a new run with --no-resume, which reads all rows where changes are not kept any more; see that CHANGE_TRACKING of the table is TRUE.',
  ),
  'SOURCE.SESSION_LOST': entry(
    'chunk',
    'The Snowflake session ended.',
    'Nothing: the chunk is tried again with a new session.',
  ),
  'SOURCE.STATEMENT_TIMEOUT': entry(
    'chunk',
    'A statement ran into its time limit or was cancelled.',
    'Raise STATEMENT_TIMEOUT_IN_SECONDS or lower batch_size.',
  ),
  'SOURCE.NETWORK': entry(
    'chunk',
    'The connection to Snowflake or to its storage broke.',
    'Nothing: the chunk is tried again.',
  ),
  'SOURCE.STREAM_BROKEN': entry(
    'chunk',
    'Data of a chunk ended early, was corrupted or stood still.',
    'Nothing: the chunk is tried again.',
  ),
  'SOURCE.RESULT_EXPIRED': entry(
    'run',
    'Snowflake no longer keeps the query result that a table was being read from; it keeps results for 24 hours.',
    'Run the same command again: the table begins anew. If its rows take longer than a day, name chunking_columns for it, or let it be unloaded.',
  ),
  'SOURCE.FILE_MISSING': entry(
    'never',
    'A staged file of the run is gone.',
    'Start a new run with --no-resume.',
  ),
  'SOURCE.STATEMENT_FAILED': entry(
    'never',
    'Snowflake refused a statement.',
    'See the message of Snowflake; a source_filter is passed on as it is written.',
  ),
  'SOURCE.UNEXPECTED_ANSWER': entry(
    'never',
    'Snowflake answered a statement in a form that Snowmelt does not know.',
    'Run snowmelt check --deep, and report what it prints together with this message.',
  ),
  'SOURCE.TYPE_UNSUPPORTED': entry(
    'never',
    'A source column has a type that cannot be read.',
    'Leave the column out, or read a view that casts it.',
  ),
  ...targetErrors,
  'RUN.TABLE_BUSY': entry(
    'run',
    'Another run is loading the same table.',
    'Wait for the other run, or stop it.',
  ),
  'RUN.NOT_FOUND': entry('never', 'There is no such run.', 'List the runs with `snowmelt status`.'),
  'RUN.SUPERSEDED': entry(
    'never',
    'Another run has loaded a table since this run began on it.',
    'Go on with the other run, or start a new one with --no-resume.',
  ),
  'RUN.ROWS_CHANGED': entry(
    'never',
    'Rows that the run has loaded into a table are gone or were changed since, and reading them again could double some.',
    'Empty the table as the message says, then run the same command again.',
  ),
  'RUN.ROWS_UNFINISHED': entry(
    'never',
    'An earlier run has left rows in a table and never came to its end; a new one would add them again.',
    'Go on with the earlier run (--resume-run-id), or empty the table as the message says.',
  ),
  'RUN.LEASE_LOST': entry(
    'chunk',
    'Another worker has taken the chunk over.',
    'Nothing: the other worker finishes it.',
  ),
  'RUN.COUNT_MISMATCH': entry(
    'never',
    'The rows loaded are not the rows that the source holds at the snapshot point.',
    'Start a new run with --no-resume; report it if it happens again.',
  ),
  'RUN.VERIFY_FAILED': entry(
    'never',
    'The rows in the target differ from those in the source.',
    'See the message; other writers to the target table are the usual cause.',
  ),
  'RUN.CHUNKS_FAILED': entry(
    'run',
    'Chunks of a table failed after all tries.',
    'Mend the cause that the message names and run the same command again.',
  ),
  'RUN.STOPPED': entry(
    'run',
    'The run was stopped with work left.',
    'Run the same command again; it goes on where it stopped.',
  ),
  'STATUS.UNREACHABLE': entry(
    'run',
    'The status database cannot be reached.',
    'Check the postgres section and status_tracking_database.',
  ),
  'STATUS.POOLER': entry(
    'never',
    'The status database is reached through a pooler that hands connections on between transactions: a run is held by locks of a session.',
    'Set postgres.host and postgres.port to the server itself, or to the port where the pooler hands out whole sessions (PgBouncer: pool_mode = session).',
  ),
  'STATUS.SCHEMA': entry(
    'never',
    'The status schema cannot be brought up to date.',
    'Run the same command as a role that may CREATE in the status database, or apply the files in sql/status in their order.',
  ),
  'CLI.USAGE': entry(
    'never',
    'The command line cannot be used: an unknown command or flag, or a value that does not fit.',
    'See --help of the command.',
  ),
  'DEMO.UNAVAILABLE': entry(
    'never',
    'The demo cannot start.',
    'Install the package that the message names.',
  ),
} as const satisfies Record<string, CatalogEntry>;

export type ErrorCode = keyof typeof errorCatalog;
