import { isSemiStructured, type SqlType } from '../sql-type.ts';
import type { TextFormats } from '../statement-handler.ts';
import { renderMoment } from './render-moment.ts';
import { quoteText } from './typed.ts';

type Parameters = (name: string) => string | number | boolean | undefined;

export function zoneOf(parameter: Parameters): string {
  return quoteText(String(parameter('TIMEZONE') ?? 'America/Los_Angeles'));
}

/**
 * DuckDB SQL for the text that a cast to VARCHAR gives.
 * https://docs.snowflake.com/en/sql-reference/functions/to_char
 */
export function renderText(
  sql: string,
  type: SqlType,
  parameter: Parameters,
  formats: TextFormats = {},
): string {
  if (isSemiStructured(type))
    return `${type.name === 'VARIANT' ? 'sf_variant_text' : 'sf_to_json'}(${sql})`;
  switch (type.name) {
    case 'NUMBER':
      return renderNumber(sql, type);
    case 'BOOLEAN':
      return `CAST(${sql} AS VARCHAR)`;
    case 'FLOAT':
      return `sf_float_short(${sql})`;
    case 'BINARY':
      return renderBinary(
        sql,
        formats.binary ?? String(parameter('BINARY_OUTPUT_FORMAT') ?? 'HEX'),
      );
    case 'DATE':
      return renderDate(
        sql,
        formats.date ?? String(parameter('DATE_OUTPUT_FORMAT') ?? 'YYYY-MM-DD'),
      );
    case 'TIME':
      return renderTime(
        sql,
        formats.time ?? String(parameter('TIME_OUTPUT_FORMAT') ?? 'HH24:MI:SS'),
      );
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return renderTimestamp(
        sql,
        type,
        formats.timestamp ?? timestampFormat(type, parameter),
        parameter,
      );
    case 'INTERVAL':
      return `sf_interval_text(CAST(${sql} AS VARCHAR), ${quoteText(type.spelling ?? '')})`;
    case 'GEOMETRY':
      return `sf_geography_text(${sql}, 'GeoJSON')`;
    default:
      return sql;
  }
}

/** DuckDB leaves out the zero before the point where a type has no digits there. */
export function renderNumber(sql: string, type: SqlType): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  if (type.precision !== type.scale) return text;
  return `regexp_replace(${text}, '^(-?)[.]', '\\10.')`;
}

function renderBinary(sql: string, format: string): string {
  if (format === 'BASE64') return `base64(${sql})`;
  return format === 'UTF8' ? `decode(${sql})` : `hex(${sql})`;
}

/**
 * A rendering names its value many times over. Where a text is read in it, which is a call to
 * JavaScript, the value is computed once: DuckDB would fold each copy of a constant.
 */
function once(sql: string, render: (value: string) => string): string {
  if (!/sf_parse_(?:moment|date|time)/.test(sql)) return render(sql);
  return `list_transform([${sql}], lambda m: ${render('m')})[1]`;
}

export function renderDate(sql: string, format: string): string {
  const used = format === 'AUTO' ? 'YYYY-MM-DD' : format;
  return once(sql, (clock) => renderMoment({ clock }, used));
}

export function renderTime(sql: string, format: string): string {
  const clock = `make_timestamp(${sql} // 1000)`;
  const used = format === 'AUTO' ? 'HH24:MI:SS' : format;
  return renderMoment({ clock, nanos: `(${sql} % 1000000000)` }, used);
}

/** https://docs.snowflake.com/en/sql-reference/parameters#timestamp-output-format */
function timestampFormat(type: SqlType, parameter: Parameters): string {
  const own = String(parameter(`${type.name}_OUTPUT_FORMAT`) ?? '');
  return own === '' ? String(parameter('TIMESTAMP_OUTPUT_FORMAT') ?? '') : own;
}

export function renderTimestamp(
  value: string,
  type: SqlType,
  format: string,
  parameter: Parameters,
): string {
  return once(value, (sql) => timestampText(sql, type, format, parameter));
}

function timestampText(sql: string, type: SqlType, format: string, parameter: Parameters): string {
  const used = format === '' || format === 'AUTO' ? 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM' : format;
  if (type.name === 'TIMESTAMP_NTZ') {
    const plain = format === '' ? 'YYYY-MM-DD HH24:MI:SS.FF3' : used;
    return renderMoment({ clock: `sf_ts(${sql})`, nanos: `sf_ns(${sql})` }, plain);
  }
  if (type.name === 'TIMESTAMP_TZ') {
    const wall = `sf_tz_wall(${sql})`;
    const offset = `sf_tz_offset(${sql})`;
    return renderMoment({ clock: `sf_ts(${wall})`, nanos: `sf_ns(${wall})`, offset }, used);
  }
  const zone = zoneOf(parameter);
  const wall = `sf_wall(${sql}, ${zone})`;
  const offset = `sf_offset(${sql}, ${zone})`;
  return renderMoment({ clock: `sf_ts(${wall})`, nanos: `sf_ns(${sql})`, offset }, used);
}
