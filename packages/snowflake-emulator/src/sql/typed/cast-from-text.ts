import type { SqlType } from '../sql-type.ts';
import type { TextFormats } from '../statement-handler.ts';
import { zoneOf } from './render-text.ts';
import { quoteText, type Typed } from './typed.ts';
import { storageType } from '../sql-type.ts';
import { unsupported } from '../unsupported.ts';
import { readFormat } from '../values/format-elements.ts';

export interface FromText {
  readonly parameter: (name: string) => string | number | boolean | undefined;
  /** NULL instead of an error. */
  readonly safe: boolean;
  readonly formats?: TextFormats;
  /** The formats come from a function's argument, and an error names them. */
  readonly explicit?: boolean;
}

/** DuckDB SQL for a stored value from text; what does not fit is an error of DuckDB or of a function. */
export function castFromText(value: Typed, type: SqlType, options: FromText): string {
  const { sql } = value;
  const cast = options.safe ? 'TRY_CAST' : 'CAST';
  const mode = options.safe ? "'safe'" : "''";
  switch (type.name) {
    case 'NUMBER':
    case 'FLOAT':
      return `${cast}(${cleanNumber(value)} AS ${storageType(type)})`;
    case 'BOOLEAN':
      return `CAST(sf_parse_boolean(${sql}, ${mode}) AS BOOLEAN)`;
    case 'BINARY':
      return textToBinary(sql, options.formats?.binary ?? 'HEX', options.safe);
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return textToMoment(sql, type, options);
    case 'VARIANT':
      return `sf_quote_json(${sql})`;
    case 'VECTOR':
      // https://docs.snowflake.com/en/sql-reference/data-types-vector, "Loading and unloading vector data".
      throw unsupported('loading a VECTOR column');
    case 'OBJECT':
    case 'ARRAY':
      return `sf_parse_json(${sql}, ${options.safe ? "'safe'" : quoteText(type.name)})`;
    case 'MAP':
      return `sf_parse_json(${sql}, ${options.safe ? "'safe'" : "'OBJECT'"})`;
    case 'DECFLOAT':
      return `sf_parse_decfloat(${sql}, ${mode})`;
    case 'UUID':
      return `sf_parse_uuid(${sql}, ${mode})`;
    case 'INTERVAL':
      return `CAST(sf_parse_interval(${sql}, ${quoteText(type.spelling ?? '')}, ${mode}) AS HUGEINT)`;
    case 'GEOGRAPHY':
    case 'GEOMETRY':
      return `sf_parse_geography(${sql}, ${quoteText(type.name)}, ${mode})`;
    default:
      return sql;
  }
}

/** DuckDB would take `1_000` for a number. */
function cleanNumber(value: Typed): string {
  const plain = value.literal !== undefined && !value.literal.includes('_');
  return plain ? value.sql : `replace(${value.sql}, '_', '?')`;
}

export function textToBinary(sql: string, format: string, safe: boolean): string {
  const mode = safe ? "'safe'" : "''";
  if (format === 'UTF8' || format === 'UTF-8') return `encode(${sql})`;
  if (format === 'BASE64') return `unhex(sf_base64_hex(${sql}, ${mode}))`;
  return `unhex(sf_check_hex(${sql}, ${mode}))`;
}

/** AUTO, or the format that the session's input parameters or a function's argument name. */
export function textToMoment(sql: string, type: SqlType, options: FromText): string {
  const mode = `${options.safe ? "'safe'" : "''"}${options.explicit === true ? ", 'explicit'" : ''}`;
  const zone = zoneOf(options.parameter);
  const format = (name: string, given: string | undefined): string => {
    const used = given ?? String(options.parameter(name) ?? 'AUTO');
    if (used.toUpperCase() !== 'AUTO') readFormat(used);
    return quoteText(used);
  };
  if (type.name === 'DATE') {
    const days = `sf_parse_date(${sql}, ${format('DATE_INPUT_FORMAT', options.formats?.date)}, ${mode})`;
    return `(DATE '1970-01-01' + CAST(${days} AS INTEGER))`;
  }
  if (type.name === 'TIME') {
    const used = format('TIME_INPUT_FORMAT', options.formats?.time);
    return `CAST(sf_parse_time(${sql}, ${used}, '${type.scale}', ${mode}) AS BIGINT)`;
  }
  const used = format('TIMESTAMP_INPUT_FORMAT', options.formats?.timestamp);
  const packed = `CAST(sf_parse_moment(${sql}, ${used}, '${type.scale}', ${mode}) AS HUGEINT)`;
  if (type.name === 'TIMESTAMP_NTZ') return `(${packed} >> 12)`;
  return `sf_parsed_${type.name === 'TIMESTAMP_TZ' ? 'tz' : 'ltz'}(${packed}, ${zone})`;
}
