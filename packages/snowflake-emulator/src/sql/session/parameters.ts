import { compilationError, unsupported } from '../unsupported.ts';

export type ParameterValue = string | number | boolean;

export interface ParameterInfo {
  readonly value: ParameterValue;
  readonly description: string;
  /**
   * Whether it can be set to something else than its default: `fixed` ones change results in ways
   * that the emulator does not follow. The others are followed, or change nothing that it does.
   */
  readonly fixed?: boolean;
}

const parameter = (value: ParameterValue, description: string): ParameterInfo => ({
  value,
  description,
});
const fixed = (value: ParameterValue, description: string): ParameterInfo => ({
  value,
  description,
  fixed: true,
});

/** Session parameters and their defaults. https://docs.snowflake.com/en/sql-reference/parameters */
export const DEFAULT_PARAMETERS: Readonly<Record<string, ParameterInfo>> = {
  ABORT_DETACHED_QUERY: parameter(false, 'Abort queries whose connection is lost'),
  AUTOCOMMIT: parameter(true, 'Commit each statement outside of a transaction'),
  BINARY_INPUT_FORMAT: fixed('HEX', 'Format of VARCHAR to BINARY conversions'),
  BINARY_OUTPUT_FORMAT: parameter('HEX', 'Display format of BINARY values'),
  CLIENT_MEMORY_LIMIT: parameter(1536, 'Memory of a client for results, in MB'),
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: parameter(false, 'Narrow metadata requests'),
  CLIENT_METADATA_USE_SESSION_DATABASE: parameter(
    false,
    'Narrow metadata requests to the database',
  ),
  CLIENT_PREFETCH_THREADS: parameter(4, 'Threads that download result chunks'),
  CLIENT_RESULT_CHUNK_SIZE: parameter(160, 'Largest chunk of a result, in MB'),
  CLIENT_RESULT_COLUMN_CASE_INSENSITIVE: parameter(false, 'Column names of results without case'),
  CLIENT_SESSION_KEEP_ALIVE: parameter(false, 'Keep the session alive'),
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: parameter(3600, 'Seconds between heartbeats'),
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: parameter(65_280, 'Values that are bound without a stage'),
  CLIENT_TIMESTAMP_TYPE_MAPPING: parameter('TIMESTAMP_LTZ', 'Type of bound timestamps'),
  CLIENT_VALIDATE_DEFAULT_PARAMETERS: parameter(false, 'Refuse a login that names what is missing'),
  DATE_INPUT_FORMAT: parameter('AUTO', 'Input format of dates'),
  DATE_OUTPUT_FORMAT: parameter('YYYY-MM-DD', 'Display format of dates'),
  DEFAULT_NULL_ORDERING: fixed('LAST', 'Where NULLs are sorted'),
  ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION: parameter(true, 'Types of unloaded Parquet columns'),
  ERROR_ON_NONDETERMINISTIC_MERGE: parameter(true, 'Refuse a MERGE that matches a row twice'),
  ERROR_ON_NONDETERMINISTIC_UPDATE: parameter(false, 'Refuse an UPDATE that matches a row twice'),
  GEOGRAPHY_OUTPUT_FORMAT: fixed('GeoJSON', 'Display format of GEOGRAPHY'),
  GEOMETRY_OUTPUT_FORMAT: fixed('GeoJSON', 'Display format of GEOMETRY'),
  HYBRID_TABLE_LOCK_TIMEOUT: fixed(3600, 'Seconds to wait for a lock on a row'),
  JDBC_TREAT_DECIMAL_AS_INT: parameter(true, 'Type of whole numbers in JDBC'),
  JDBC_TREAT_TIMESTAMP_NTZ_AS_UTC: parameter(false, 'Zone of TIMESTAMP_NTZ in JDBC'),
  JDBC_USE_SESSION_TIMEZONE: parameter(true, 'Zone of timestamps in JDBC'),
  FEATURE_INTERVAL_TYPES: fixed('ENABLED', 'Interval types'),
  JSON_INDENT: parameter(2, 'Indentation of displayed JSON'),
  JS_TREAT_INTEGER_AS_BIGINT: parameter(false, 'Type of whole numbers in JavaScript'),
  LOCK_TIMEOUT: parameter(43_200, 'Seconds to wait for a lock'),
  LOG_LEVEL: parameter('OFF', 'Level of logged messages'),
  METRIC_LEVEL: parameter('NONE', 'Level of metrics'),
  MULTI_STATEMENT_COUNT: parameter(1, 'Statements in a request'),
  NOORDER_SEQUENCE_AS_DEFAULT: fixed(true, 'Whether sequences are NOORDER'),
  ODBC_TREAT_DECIMAL_AS_INT: parameter(false, 'Type of whole numbers in ODBC'),
  QUERY_TAG: parameter('', 'Tag of statements'),
  QUOTED_IDENTIFIERS_IGNORE_CASE: fixed(false, 'Fold quoted identifiers'),
  ROWS_PER_RESULTSET: parameter(0, 'Rows that a result may have; 0 for all'),
  SEARCH_PATH: fixed('$current, $public', 'Schemas that unqualified names are looked up in'),
  SIMULATED_DATA_SHARING_CONSUMER: fixed('', 'Account that a share is looked at as'),
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: parameter(0, 'Seconds in the queue'),
  STATEMENT_TIMEOUT_IN_SECONDS: parameter(172_800, 'Seconds that a statement may run'),
  STRICT_JSON_OUTPUT: parameter(false, 'JSON output without undefined'),
  TIMESTAMP_DAY_IS_ALWAYS_24H: fixed(false, 'DATEADD of days in zones with summer time'),
  TIMESTAMP_INPUT_FORMAT: parameter('AUTO', 'Input format of timestamps'),
  TIMESTAMP_LTZ_OUTPUT_FORMAT: parameter('', 'Display format of TIMESTAMP_LTZ'),
  TIMESTAMP_NTZ_OUTPUT_FORMAT: parameter(
    'YYYY-MM-DD HH24:MI:SS.FF3',
    'Display format of TIMESTAMP_NTZ',
  ),
  TIMESTAMP_OUTPUT_FORMAT: parameter(
    'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
    'Display format of timestamps',
  ),
  TIMESTAMP_TYPE_MAPPING: parameter('TIMESTAMP_NTZ', 'What TIMESTAMP stands for'),
  TIMESTAMP_TZ_OUTPUT_FORMAT: parameter('', 'Display format of TIMESTAMP_TZ'),
  TIMEZONE: parameter('America/Los_Angeles', 'Time zone'),
  TIME_INPUT_FORMAT: parameter('AUTO', 'Input format of times'),
  TIME_OUTPUT_FORMAT: parameter('HH24:MI:SS', 'Display format of times'),
  TRACE_LEVEL: parameter('OFF', 'Level of traces'),
  TRANSACTION_ABORT_ON_ERROR: fixed(false, 'Abort a transaction on an error'),
  TRANSACTION_DEFAULT_ISOLATION_LEVEL: parameter('READ COMMITTED', 'Isolation of transactions'),
  TWO_DIGIT_CENTURY_START: fixed(1970, 'Century of years with two digits'),
  UNSUPPORTED_DDL_ACTION: parameter('IGNORE', 'What becomes of constraints that are not enforced'),
  USE_CACHED_RESULT: parameter(true, 'Reuse results'),
  WEEK_OF_YEAR_POLICY: fixed(0, 'Weeks of a year: 0 for ISO'),
  WEEK_START: fixed(0, 'First day of the week: 0 for the ISO-like default'),
};

/** Parameters of the account that are followed. https://docs.snowflake.com/en/sql-reference/parameters#account-parameters */
export const ACCOUNT_PARAMETERS: Readonly<Record<string, ParameterInfo>> = {
  PREVENT_UNLOAD_TO_INLINE_URL: parameter(false, 'No COPY INTO a URL'),
  PREVENT_UNLOAD_TO_INTERNAL_STAGES: parameter(false, 'No COPY INTO an internal stage'),
  REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION: parameter(false, 'External stages need one'),
  REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION: parameter(false, 'External stages need one'),
};

/**
 * Parameters of clients, which their makers set and do not document; the emulator has no use for
 * them, and its own answers do not hang on them.
 */
const OF_CLIENTS = /^(?:CLIENT_|JDBC_|ODBC_|PYTHON_CONNECTOR_|GO_|DOTNET_|UI_|ENABLE_STAGE_S3_)/;

/** A session's parameter, to be set by ALTER SESSION. Throws for names that Snowflake has not. */
export function checkParameter(name: string, value: ParameterValue): ParameterValue {
  const known = DEFAULT_PARAMETERS[name];
  if (known !== undefined) return checkValue(name, value, known);
  if (OF_CLIENTS.test(name)) return value;
  if (ACCOUNT_PARAMETERS[name] !== undefined)
    throw compilationError(`cannot set parameter '${name}' on SESSION`, '001006', '22023');
  throw invalidProperty(name, 'SESSION');
}

/** What a driver sends with a login or a statement: names of its own are kept, as the service does. */
export function clientParameter(name: string, value: ParameterValue): ParameterValue {
  const known = DEFAULT_PARAMETERS[name];
  return known === undefined ? value : checkValue(name, value, known);
}

export function checkAccountParameter(name: string, value: ParameterValue): ParameterValue {
  const known = ACCOUNT_PARAMETERS[name];
  if (known !== undefined) return checkValue(name, value, known);
  throw unsupported(`ALTER ACCOUNT SET ${name}`);
}

/** The words are those that are measured for users and stages (mlorek/frostlake). */
export function invalidProperty(name: string, kind: string): Error {
  return compilationError(`invalid property '${name}' for '${kind}'`, '001006', '22023');
}

function checkValue(name: string, value: ParameterValue, known: ParameterInfo): ParameterValue {
  const converted = convert(known.value, value);
  if (converted === undefined) throw invalidValue(name, value);
  if (known.fixed === true && !isSame(converted, known.value))
    throw unsupported(`${name} = ${converted}`);
  // The other formats take AUTO (mlorek/frostlake, SessionOutputFormatTest).
  if (name === 'TIMESTAMP_NTZ_OUTPUT_FORMAT' && /^auto$/i.test(String(converted))) {
    throw invalidValue(name, value);
  }
  if (name === 'TIMEZONE') checkZone(String(converted));
  return converted;
}

const isSame = (a: ParameterValue, b: ParameterValue): boolean =>
  String(a).toUpperCase() === String(b).toUpperCase();

function invalidValue(name: string, value: ParameterValue): Error {
  return compilationError(`invalid value [${value}] for parameter '${name}'`, '001008', '22023');
}

function convert(model: ParameterValue, value: ParameterValue): ParameterValue | undefined {
  if (typeof model === 'string') return String(value);
  if (typeof model === 'boolean') {
    const text = String(value).toLowerCase();
    return text === 'true' || text === 'false' ? text === 'true' : undefined;
  }
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}

function checkZone(zone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw invalidValue('TIMEZONE', zone);
  }
}

export function isParameter(value: unknown): value is ParameterValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
