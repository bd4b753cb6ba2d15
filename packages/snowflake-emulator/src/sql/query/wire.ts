import type { ResultColumn } from '../../engine/contract.ts';
import { renderNumber } from '../typed/render-text.ts';
import type { SqlType, TypeField } from '../sql-type.ts';
import { intervalShape, isMonthly } from '../values/interval.ts';

/** DuckDB SQL for a value's text in a JSON result. See SNOWFLAKE.md, "Values", or docs/sql-coverage.md. */
export function wireText(sql: string, type: SqlType): string {
  switch (type.name) {
    case 'NUMBER':
      return renderNumber(sql, type);
    case 'FLOAT':
      return `sf_float_text(${sql})`;
    case 'BOOLEAN':
      return `CASE WHEN ${sql} THEN '1' WHEN NOT ${sql} THEN '0' END`;
    case 'BINARY':
      return `hex(${sql})`;
    case 'DATE':
      return `CAST(date_diff('day', DATE '1970-01-01', ${sql}) AS VARCHAR)`;
    case 'TIME':
      return cut(
        `(CAST(${sql} // 1000000000 AS VARCHAR) || '.' || lpad(CAST(${sql} % 1000000000 AS VARCHAR), 9, '0'))`,
        type,
      );
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return cut(`sf_seconds_text(${sql})`, type);
    case 'TIMESTAMP_TZ':
      return `(${cut(`sf_seconds_text(sf_tz_instant(${sql}))`, type)} || ' ' || CAST(sf_tz_offset(${sql}) + 1440 AS VARCHAR))`;
    case 'VECTOR':
      return `('[' || array_to_string(list_transform(${sql}, lambda x: ${type.element === 'INT' ? 'CAST(x AS VARCHAR)' : "printf('%.6f', x)"}), ',') || ']')`;
    case 'INTERVAL':
      return `CAST(${sql} AS VARCHAR)`;
    case 'GEOMETRY':
      return `sf_geography_text(${sql}, 'GeoJSON')`;
    default:
      return sql;
  }
}

/** As many digits of the fraction as the type has. */
function cut(sql: string, type: SqlType): string {
  const scale = type.scale ?? 9;
  if (scale === 9) return sql;
  const beyond = scale === 0 ? 10 : 9 - scale;
  return `left(${sql}, -${beyond})`;
}

/** A value's stored form from its text in a result: what RESULT_SCAN needs. */
export function fromWire(sql: string, type: SqlType): string {
  const packed = `sf_pack_text(${sql})`;
  switch (type.name) {
    case 'NUMBER':
      return `CAST(${sql} AS DECIMAL(${type.precision},${type.scale}))`;
    case 'FLOAT':
      return `CAST(${sql} AS DOUBLE)`;
    case 'BOOLEAN':
      return `(${sql} = '1')`;
    case 'BINARY':
      return `unhex(${sql})`;
    case 'DATE':
      return `(DATE '1970-01-01' + CAST(${sql} AS INTEGER))`;
    case 'TIME':
      return `CAST(CAST(${sql} AS DECIMAL(28,9)) * 1000000000 AS BIGINT)`;
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return packed;
    case 'TIMESTAMP_TZ':
      return `sf_tz_pack(sf_pack_text(split_part(${sql}, ' ', 1)), CAST(split_part(${sql}, ' ', 2) AS BIGINT) - 1440)`;
    case 'VECTOR':
      return `CAST(${sql} AS ${type.element === 'INT' ? 'INTEGER[]' : 'FLOAT[]'})`;
    default:
      return sql;
  }
}

const WIRE_TYPES: Readonly<Partial<Record<SqlType['name'], string>>> = {
  NUMBER: 'fixed',
  FLOAT: 'real',
  VARCHAR: 'text',
  NULL: 'text',
  UUID: 'text',
  GEOGRAPHY: 'geography',
  GEOMETRY: 'geometry',
};

/** Intervals come as their months or nanoseconds (snowflake-connector-python, test_interval_types). */
function wireType(type: SqlType): string {
  if (type.name !== 'INTERVAL') return WIRE_TYPES[type.name] ?? type.name.toLowerCase();
  return isMonthly(type.spelling ?? '') ? 'interval_year_month' : 'interval_day_time';
}

/** Fixed sizes that the protocol's `rowtype` gives for each type. */
export function resultColumn(name: string, type: SqlType, nullable: boolean): ResultColumn {
  const base = { name, type: wireType(type), nullable };
  switch (type.name) {
    case 'NUMBER':
      return { ...base, precision: type.precision ?? 38, scale: type.scale ?? 0 };
    case 'VARCHAR':
    case 'NULL': {
      const length = type.length ?? 16_777_216;
      return { ...base, length, byteLength: Math.min(16_777_216, length * 4) };
    }
    case 'BINARY':
      return { ...base, length: type.length ?? 8_388_608, byteLength: type.length ?? 8_388_608 };
    case 'INTERVAL': {
      const { leading, digits } = intervalShape(type.spelling ?? '');
      return { ...base, precision: leading, scale: digits };
    }
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return { ...base, precision: 0, scale: type.scale ?? 9 };
    default:
      return type.fields === undefined ? base : { ...base, fields: type.fields.map(fieldColumn) };
  }
}

function fieldColumn({ name = '', type, nullable }: TypeField): ResultColumn {
  return resultColumn(name, type, nullable);
}
