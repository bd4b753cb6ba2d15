import { compilationError } from '../unsupported.ts';

export type ParameterValue = string | number | boolean;

export interface ParameterInfo {
  readonly value: ParameterValue;
  readonly description: string;
}

const parameter = (value: ParameterValue, description: string): ParameterInfo => ({
  value,
  description,
});

/** Session parameters and their defaults. https://docs.snowflake.com/en/sql-reference/parameters */
export const DEFAULT_PARAMETERS: Readonly<Record<string, ParameterInfo>> = {
  ABORT_DETACHED_QUERY: parameter(false, 'Abort queries whose connection is lost'),
  AUTOCOMMIT: parameter(true, 'Commit each statement outside of a transaction'),
  BINARY_INPUT_FORMAT: parameter('HEX', 'Format of VARCHAR to BINARY conversions'),
  BINARY_OUTPUT_FORMAT: parameter('HEX', 'Display format of BINARY values'),
  CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX: parameter(false, 'Narrow metadata requests'),
  CLIENT_RESULT_CHUNK_SIZE: parameter(160, 'Largest chunk of a result, in MB'),
  CLIENT_PREFETCH_THREADS: parameter(4, 'Threads that download result chunks'),
  CLIENT_SESSION_KEEP_ALIVE: parameter(false, 'Keep the session alive'),
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: parameter(3600, 'Seconds between heartbeats'),
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: parameter(65_280, 'Values that are bound without a stage'),
  DATE_INPUT_FORMAT: parameter('AUTO', 'Input format of dates'),
  DATE_OUTPUT_FORMAT: parameter('YYYY-MM-DD', 'Display format of dates'),
  ERROR_ON_NONDETERMINISTIC_MERGE: parameter(true, 'Refuse a MERGE that matches a row twice'),
  ERROR_ON_NONDETERMINISTIC_UPDATE: parameter(false, 'Refuse an UPDATE that matches a row twice'),
  JSON_INDENT: parameter(2, 'Indentation of displayed JSON'),
  LOCK_TIMEOUT: parameter(43_200, 'Seconds to wait for a lock'),
  MULTI_STATEMENT_COUNT: parameter(1, 'Statements in a request'),
  QUERY_TAG: parameter('', 'Tag of statements'),
  QUOTED_IDENTIFIERS_IGNORE_CASE: parameter(false, 'Fold quoted identifiers'),
  ROWS_PER_RESULTSET: parameter(0, 'Rows that a result may have; 0 for all'),
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: parameter(0, 'Seconds in the queue'),
  STATEMENT_TIMEOUT_IN_SECONDS: parameter(172_800, 'Seconds that a statement may run'),
  STRICT_JSON_OUTPUT: parameter(false, 'JSON output without undefined'),
  TIMESTAMP_DAY_IS_ALWAYS_24H: parameter(false, 'DATEADD of days in zones with summer time'),
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
  TRANSACTION_ABORT_ON_ERROR: parameter(false, 'Abort a transaction on an error'),
  TWO_DIGIT_CENTURY_START: parameter(1970, 'Century of years with two digits'),
  USE_CACHED_RESULT: parameter(true, 'Reuse results'),
  WEEK_OF_YEAR_POLICY: parameter(0, 'Weeks of a year: 0 for ISO'),
  WEEK_START: parameter(0, 'First day of the week: 0 for the ISO-like default'),
};

/** Parameters that change results in ways that the emulator does not follow. */
const FIXED = new Set([
  'WEEK_START',
  'WEEK_OF_YEAR_POLICY',
  'TWO_DIGIT_CENTURY_START',
  'QUOTED_IDENTIFIERS_IGNORE_CASE',
  'AUTOCOMMIT',
  'ROWS_PER_RESULTSET',
]);

/** Checks a value for a parameter; names unknown here are kept, as clients set many of their own. */
export function checkParameter(name: string, value: ParameterValue): ParameterValue {
  const known = DEFAULT_PARAMETERS[name];
  if (known === undefined) return value;
  const converted = convert(known.value, value);
  if (converted === undefined) {
    throw compilationError(`invalid value [${value}] for parameter '${name}'`, '001008', '22023');
  }
  if (FIXED.has(name) && converted !== known.value) {
    throw compilationError(`Unsupported feature '${name} = ${converted}'.`, '000002', '0A000');
  }
  if (name === 'TIMEZONE') checkZone(String(converted));
  return converted;
}

function convert(model: ParameterValue, value: ParameterValue): ParameterValue | undefined {
  if (typeof model === 'string') return String(value);
  if (typeof model === 'boolean') {
    const text = String(value).toLowerCase();
    return text === 'true' || text === 'false' ? text === 'true' : undefined;
  }
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function checkZone(zone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw compilationError(`invalid value [${zone}] for parameter 'TIMEZONE'`, '001008', '22023');
  }
}
