/**
 * What a session must have for the rendered text to be right, whatever the account, user or role
 * sets by default. Set in one statement after the login. Source of each:
 * docs.snowflake.com/en/sql-reference/parameters.
 */
const parameters: Readonly<Record<string, string>> = {
  // An instant renders as UTC, and the date of an instant is its UTC date.
  TIMEZONE: `'UTC'`,
  // Literals in our statements are ISO 8601; another format would misread or refuse them.
  DATE_INPUT_FORMAT: `'AUTO'`,
  TIME_INPUT_FORMAT: `'AUTO'`,
  TIMESTAMP_INPUT_FORMAT: `'AUTO'`,
  // JSON text on one line, with the words that `supportedJson` mends. What TRUE would make of NaN
  // in TO_JSON is not said.
  STRICT_JSON_OUTPUT: 'FALSE',
  JSON_INDENT: '0',
  // Within VARIANT a time becomes text by these, of which the defaults cut digits off
  // (mlorek/frostlake, SessionOutputFormatTest). Our own statements name their formats.
  DATE_OUTPUT_FORMAT: `'YYYY-MM-DD'`,
  TIME_OUTPUT_FORMAT: `'HH24:MI:SS.FF9'`,
  TIMESTAMP_NTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9'`,
  TIMESTAMP_LTZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  TIMESTAMP_TZ_OUTPUT_FORMAT: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  BINARY_OUTPUT_FORMAT: `'HEX'`,
  // Names are quoted as stored; TRUE would fold them all the same.
  QUOTED_IDENTIFIERS_IGNORE_CASE: 'FALSE',
  // A limit set for people's queries would end ours early, and without a word.
  ROWS_PER_RESULTSET: '0',
  // No statement of ours may wait in an open transaction.
  AUTOCOMMIT: 'TRUE',
  // Megabytes of a result chunk, of which the driver keeps some in memory. 16 is the least.
  CLIENT_RESULT_CHUNK_SIZE: '16',
};

/*
 * Left as they are: STATEMENT_TIMEOUT_IN_SECONDS and STATEMENT_QUEUED_TIMEOUT_IN_SECONDS belong to
 * the account's owner. USE_CACHED_RESULT: a cached result is given only where the data are
 * unchanged, and then a chunk that is read again costs no warehouse time.
 */

/** ALTER SESSION that sets them. QUERY_TAG goes with each statement, see `execute`. */
export function alterSession(): string {
  const settings = Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  return `ALTER SESSION SET ${settings.join(' ')}`;
}
