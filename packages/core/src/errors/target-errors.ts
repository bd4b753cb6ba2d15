import { entry, type CatalogEntry } from './catalog-entry.ts';

/** Expected failures of the target. */
export const targetErrors = {
  'TARGET.UNREACHABLE': entry(
    'run',
    'PostgreSQL cannot be reached.',
    'Check postgres.host and postgres.port, that the server runs, and the network; then run the same command again.',
  ),
  'TARGET.AUTH_FAILED': entry(
    'never',
    'PostgreSQL refused the login.',
    'Check postgres.user, postgres.password and pg_hba.conf; with auth: rds_iam that the user has the role rds_iam and the IAM role may rds-db:connect.',
  ),
  'TARGET.TLS': entry(
    'never',
    'The TLS connection to PostgreSQL could not be verified.',
    'Unknown authority: give its PEM in postgres.ssl.ca. Another name in the certificate: set postgres.host to it. A server without TLS: turn it on there, or set postgres.ssl.mode: disable.',
  ),
  'TARGET.DATABASE_NOT_FOUND': entry(
    'never',
    'The target database does not exist, or takes no connections.',
    'Create it, or correct target_pg_database.',
  ),
  'TARGET.READ_ONLY': entry(
    'run',
    'The PostgreSQL server is a standby and takes no writes.',
    'Set postgres.host to the primary, or promote this server.',
  ),
  'TARGET.PRIVILEGE': entry(
    'never',
    'The PostgreSQL user lacks a privilege.',
    'Run the GRANT of the message as the owner (`snowmelt grants` prints all that a run needs), then run the same command again.',
  ),
  'TARGET.SCHEMA_OWNER': entry(
    'never',
    'The schema snowmelt, or something in it, belongs to a role that is not known: its triggers and views would run as the loader.',
    'If the role is one of yours, name it in postgres.schema_owners; otherwise rename the schema as a superuser, and run the same command again.',
  ),
  'TARGET.TABLE_MISSING': entry(
    'never',
    'The target table does not exist and may not be created.',
    'Create it, or set schema_evolution: create, and run the same command again.',
  ),
  'TARGET.TABLE_UNSUITABLE': entry(
    'never',
    'The target table cannot take the rows as planned.',
    'Mend each point that the message names, and run the same command again.',
  ),
  'TARGET.TRUNCATE_CASCADES': entry(
    'never',
    'Emptying the target would empty other tables as well.',
    'Load the named tables in the same run with truncate_onstart, or set truncate_cascade: true.',
  ),
  'TARGET.LOCKED': entry(
    'chunk',
    'A lock in PostgreSQL was not to be had in time.',
    'End the session that the message names, or raise postgres.settings.lock_timeout_seconds, and run the same command again.',
  ),
  'TARGET.SILENT': entry(
    'chunk',
    'PostgreSQL gave no sign of life while it was waited for, and the connection was given up.',
    'See whether psql gets an answer from the same machine, and what stands between (a proxy, a firewall that forgets idle connections, a failover); then run the same command again. For a line that is only slow, raise postgres.settings.network_timeout_seconds.',
  ),
  'TARGET.TIMEOUT': entry(
    'chunk',
    'A statement ran longer than postgres.settings.statement_timeout_seconds; it is rolled back.',
    'Raise postgres.settings.statement_timeout_seconds, or load smaller chunks (batch_size), and run the same command again.',
  ),
  'TARGET.CONNECTION_LOST': entry(
    'chunk',
    'The connection to PostgreSQL broke.',
    'It was made anew, in vain: see the log of the server and whatever stands between, and run the same command again; finished chunks are kept.',
  ),
  'TARGET.RESOURCES': entry(
    'run',
    'PostgreSQL is out of disk, memory or connections.',
    'Free what the message names and run the same command again.',
  ),
  'TARGET.ROW_REJECTED': entry(
    'never',
    'PostgreSQL refused a row. The message names column, key and reason, and no value.',
    'Widen the target column or drop the constraint that the message names, or correct the row at the source; then run the same command again: it goes on, or reads the table anew. To load all other rows, set on_row_error: quarantine; `snowmelt rejects show` then shows this one.',
  ),
  'TARGET.TOO_MANY_REJECTS': entry(
    'never',
    'PostgreSQL refused more rows of a table than max_rejected_rows; its chunk is not loaded.',
    'Mend what the message names, or raise max_rejected_rows, and run the same command again.',
  ),
  'TARGET.ROWS_QUARANTINED': entry(
    'never',
    'A table is loaded but for rows that PostgreSQL refused; they are in snowmelt.rejected_rows.',
    'See why with `snowmelt rejects list`, mend the cause, then `snowmelt rejects retry`.',
  ),
  'TARGET.COLUMN_NOT_FED': entry(
    'never',
    'A column of the target that earlier runs have fed has no source column any more: it would be empty in new rows and stale in old ones.',
    'Map the column that has taken its place with column_mapping, drop it, or name it in columns.keep.',
  ),
  'TARGET.KEYS_MEET': entry(
    'never',
    'Keys that differ in the source are one key in the target, which compares more loosely: one row would take the place of the other.',
    'Run the ALTER TABLE that `snowmelt check` names for the key column, empty the table, and run with --no-resume; or choose other uniqueness_columns.',
  ),
  'TARGET.ROW_COUNT_MISMATCH': entry(
    'chunk',
    'The rows that arrived are not as many as the source announced; nothing was committed.',
    'It was tried again, in vain: see whether a trigger or rule of the target drops rows, disable it for the load, and run the same command again.',
  ),
  'TARGET.DELETES_ALL': entry(
    'never',
    'delete_missing would delete or mark every row of the target, since the source has the key of none; nothing was deleted.',
    'See whether the source, its source_filter and uniqueness_columns are right. If the source is really empty, DELETE the rows of the target by hand. Then run the same command again.',
  ),
  'TARGET.INDEX_NOT_REBUILT': entry(
    'run',
    'An index or constraint that was dropped for the load could not come back; its definition is kept in snowmelt.index_ledger.',
    'Mend the rows that the message names and run `snowmelt repair`.',
  ),
  'TARGET.SEQUENCE_BEHIND': entry(
    'never',
    'A sequence gives values that loaded rows have already, and the run could not advance it.',
    'Run the statement that the message names as the owner of the sequence; the rows are in.',
  ),
  'TARGET.STATEMENT_FAILED': entry(
    'never',
    'PostgreSQL refused a statement.',
    'Mend what the message of PostgreSQL names, and run the same command again.',
  ),
} as const satisfies Record<string, CatalogEntry>;
