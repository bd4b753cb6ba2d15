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
    'Give its path with --config, or write one with `snowmelt init`.',
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
    'Set the variable that the message names, or read it from a file with --env-file.',
  ),
  'CONFIG.UNSUPPORTED': entry(
    'never',
    'The configuration asks for something that the source or the target at hand cannot do.',
    'Remove the key or the flag that the message names, or use a source or target that can do it.',
  ),
  'CONFIG.NO_SUCH_TABLE': entry(
    'never',
    'A --source or --table names nothing in the configuration.',
    'Use one of the names that the message lists.',
  ),
  'CONFIG.KEY_FORMAT': entry(
    'never',
    'The private key of snowflake.rsa_key cannot be used.',
    'Give an RSA key as PKCS#8 PEM, its path, or its base64. A new one: `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out rsa_key.p8`, then in Snowflake ALTER USER … SET RSA_PUBLIC_KEY to what `openssl rsa -in rsa_key.p8 -pubout` prints between its BEGIN and END lines.',
  ),
  'SOURCE.UNREACHABLE': entry(
    'run',
    'Snowflake cannot be reached.',
    'Check snowflake.account or snowflake.access_url, the network and the proxy; then run the same command again.',
  ),
  'SOURCE.AUTH_FAILED': entry(
    'never',
    'Snowflake refused the login.',
    'Check snowflake.user and its key, password or token, and the network policy.',
  ),
  'SOURCE.NO_WAREHOUSE': entry(
    'never',
    'No warehouse runs the statements.',
    'Set snowflake.warehouse to one that the role may use (GRANT USAGE ON WAREHOUSE), see that its resource monitor has not suspended it, and run the same command again.',
  ),
  'SOURCE.TABLE_NOT_FOUND': entry(
    'never',
    'A source table or view does not exist, or the role may not read it.',
    'Check its name and case as Snowflake stores it; GRANT USAGE on its database and schema and SELECT on it to the role; then run the same command again.',
  ),
  'SOURCE.PRIVILEGE': entry(
    'never',
    'The role lacks a privilege.',
    'Grant the privilege that the message names (`snowmelt grants` prints all that a run needs), and run the same command again.',
  ),
  'SOURCE.UNLOAD_UNAVAILABLE': entry(
    'never',
    'One row could not be unloaded and read again, and extract: unload asks for unloads.',
    'Open the way that the message names, or use extract: auto or query.',
  ),
  'SOURCE.SNAPSHOT_GONE': entry(
    'never',
    'Time Travel cannot reach the snapshot point of the run any more.',
    'Run the same command again, without --resume-run-id: the table is read anew at a new snapshot point, and rows that this run has added are taken out first. Where a load takes longer than Time Travel reaches, lengthen DATA_RETENTION_TIME_IN_DAYS of the table.',
  ),
  'SOURCE.NOT_PINNABLE': entry(
    'never',
    'The object cannot be read as of a past point in time, and snapshot: required asks for that.',
    'Read a table instead of a view, set its DATA_RETENTION_TIME_IN_DAYS to 1 or more, or set snapshot: auto for it.',
  ),
  'SOURCE.CHANGES_UNAVAILABLE': entry(
    'never',
    'The changes of a source table cannot be read, as changes: cdc asks.',
    'ALTER TABLE … SET CHANGE_TRACKING = TRUE where it is not, then run the same command again, without --resume-run-id: where changes are not kept any more, all rows are read.',
  ),
  'SOURCE.SESSION_LOST': entry(
    'chunk',
    'The Snowflake session ended.',
    'It was tried again with new sessions, in vain: see in the query history who ends them, and run the same command again; finished chunks are kept.',
  ),
  'SOURCE.STATEMENT_TIMEOUT': entry(
    'chunk',
    'A statement ran into its time limit or was cancelled.',
    'Raise STATEMENT_TIMEOUT_IN_SECONDS of the user or the warehouse, or lower batch_size, and run the same command again.',
  ),
  'SOURCE.NETWORK': entry(
    'chunk',
    'The connection to Snowflake or to its storage broke.',
    'It was tried again, in vain: mend the network or the proxy, and run the same command again; finished chunks are kept.',
  ),
  'SOURCE.STREAM_BROKEN': entry(
    'chunk',
    'Data of a chunk ended early, was corrupted or stood still.',
    'It was tried again, in vain: see whether a proxy changes or cuts downloads, and run the same command again; finished chunks are kept.',
  ),
  'SOURCE.RESULT_EXPIRED': entry(
    'run',
    'Snowflake no longer keeps the query result that a table was being read from; it keeps results for 24 hours.',
    'Run the same command again: the table begins anew. If its rows take longer than a day, name chunking_columns for it, or let it be unloaded.',
  ),
  'SOURCE.FILE_MISSING': entry(
    'never',
    'A staged file of the run is gone.',
    'Run the same command again, without --resume-run-id: the table is read anew. See that nobody empties the stage while runs go on.',
  ),
  'SOURCE.STATEMENT_FAILED': entry(
    'never',
    'Snowflake refused a statement.',
    'Mend what the message of Snowflake names (a source_filter is passed on as it is written), and run the same command again.',
  ),
  'SOURCE.UNEXPECTED_ANSWER': entry(
    'never',
    'Snowflake answered a statement in a form that Snowmelt does not know.',
    'Run snowmelt check --deep, and report what it prints together with this message.',
  ),
  'SOURCE.TYPE_UNSUPPORTED': entry(
    'never',
    'A source column has a type that cannot be read.',
    'Leave the column out (columns: exclude), or read a view that casts it, and run the same command again.',
  ),
  ...targetErrors,
  'RUN.TABLE_BUSY': entry(
    'run',
    'Another run is loading the same table.',
    'Wait for the other run, or stop it (`snowmelt status` says where it runs), and run the same command again.',
  ),
  'RUN.NOT_FOUND': entry('never', 'There is no such run.', 'List the runs with `snowmelt status`.'),
  'RUN.SUPERSEDED': entry(
    'never',
    'Another run has loaded a table since this run began on it.',
    'Run the same command again, without --resume-run-id: it goes on with the newest run, or begins a new one.',
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
  'RUN.LIMITED': entry(
    'never',
    'A first try with --limit has loaded a part of each table, which no run goes on with or takes for the whole.',
    'Run the same command without --limit: it takes the rows of the try out and loads all. With --limit it begins the try anew.',
  ),
  'RUN.NOT_FIRST': entry(
    'never',
    'A first try with --limit goes into empty tables only, and not beside a run that can be gone on with.',
    'Run the same command without --limit, or empty the table as the message says.',
  ),
  'RUN.LEASE_LOST': entry(
    'chunk',
    'Another worker has taken the chunk over.',
    'See with `snowmelt status` whether the other process goes on; once none does, run the same command again.',
  ),
  'RUN.COUNT_MISMATCH': entry(
    'never',
    'The rows loaded are not the rows that the source holds at the snapshot point.',
    'Run the same command again, without --resume-run-id: the table is read anew. Report it if it happens again.',
  ),
  'RUN.VERIFY_FAILED': entry(
    'never',
    'The rows in the target differ from those in the source.',
    'See who else writes to the target table, and end that; then run the same command again. Rows of an append stay as they are: empty the table before, where it is to hold the source alone.',
  ),
  'RUN.ONE_CAUSE': entry(
    'run',
    'Most chunks failed for one cause, or the server has no room left: the run has stopped instead of trying the others.',
    'Mend the cause that the message names, then run the same command again: it goes on where it stopped.',
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
  'RUN.STEP_TOO_LONG': entry(
    'never',
    'A step in PostgreSQL, such as an index build, a swap or a comparison, takes longer than one invocation of the Lambda function may.',
    'Run it where a process may stay longer, with the same configuration: snowmelt run --resume-run-id, with the run that the message names. It goes on with that step, and reads nothing again.',
  ),
  'RUN.CREDITS_SPENT': entry(
    'run',
    "The run has used as many credits as max_credits allows, by Snowmelt's own estimate, and was stopped.",
    'Raise max_credits in the configuration and run the same command again: it goes on where it stopped. What was used before counts, so that the new limit is one for the whole run.',
  ),
  'RUN.NO_PROGRESS': entry(
    'never',
    'Invocations in a row got nothing done, or the one before said that another would not.',
    'Read with `snowmelt status` what is left. What takes longer than an invocation is run elsewhere, with the same configuration: `snowmelt run`. What people have to mend is mended first; then start the execution again.',
  ),
  'RUN.NOT_GOING_ON': entry(
    'never',
    'No process is at work on a run of this configuration, so that there is nothing to help with.',
    'Start it by `snowmelt run`, and this command after it; a run of another configuration is named by --run, as `snowmelt status` shows it.',
  ),
  'RUN.OTHER_CONFIG': entry(
    'never',
    'The configuration here means other tables than that of the run.',
    'Give this process the same configuration file as the run has, and start it again; other tables are run by `snowmelt run` of their own.',
  ),
  'RUN.OTHER_VERSION': entry(
    'never',
    'This version of Snowmelt works by other plans than the version that owns the run.',
    'Install the version that `snowmelt status` shows for the owner of the run, or wait for the end of the run.',
  ),
  'RUN.ABORTED': entry(
    'run',
    'The run was aborted.',
    'Run the same command again: it goes on with what is left, and reads anew what was unloaded.',
  ),
  'STATUS.UNREACHABLE': entry(
    'run',
    'The status database cannot be reached.',
    'Check the postgres section and status_tracking_database, and that the server runs; then run the same command again.',
  ),
  'STATUS.POOLER': entry(
    'never',
    'The status database is reached through a pooler that hands connections on between transactions: a run is held by locks of a session.',
    'Set postgres.host and postgres.port to the server itself, or to the port where the pooler hands out whole sessions (PgBouncer: pool_mode = session).',
  ),
  'STATUS.SCHEMA_OWNER': entry(
    'never',
    'The schema migration_status, or something in it, belongs to a role that is not known: its triggers and views would run as the loader.',
    'If the role is one of yours, name it in postgres.schema_owners; otherwise rename the schema as a superuser, and run the same command again.',
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

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code);
}
