import { type SqlType, storageType, typeText } from '../sql-type.ts';
import { compilationError } from '../unsupported.ts';
import { renderNumber, renderText } from './render-text.ts';
import type { Environment, Typed } from './typed.ts';

const JSON_TEXT: ReadonlySet<string> = new Set(['VARIANT', 'OBJECT', 'ARRAY', 'MAP', 'GEOGRAPHY']);

/** DuckDB SQL for the JSON text of a value: numbers keep their digits, all else is a JSON string. */
export function toJson(value: Typed, env: Environment): string {
  const { sql, type } = value;
  if (JSON_TEXT.has(type.name)) return sql;
  switch (type.name) {
    case 'NULL':
      return 'CAST(NULL AS VARCHAR)';
    case 'NUMBER':
      return numberToJson(value);
    case 'FLOAT':
      return `sf_float_json(${sql})`;
    case 'BOOLEAN':
      return `CAST(${sql} AS VARCHAR)`;
    case 'VARCHAR':
      return `sf_quote_json(${sql})`;
    case 'GEOMETRY':
      return `sf_geography_text(${sql}, 'GeoJSON')`;
    case 'DECFLOAT':
      return sql;
    case 'VECTOR':
      return vectorToJson(sql, type);
    case 'INTERVAL':
      throw compilationError(
        `Invalid argument types for function 'TO_VARIANT': (${typeText(type)})`,
        '001044',
        '42P13',
      );
    default:
      return `('"' || ${renderText(sql, type, env.parameter.bind(env))} || '"')`;
  }
}

/** A constant is of no other kind than its digits say; `.5` gets its zero. */
function numberToJson({ sql, type, literal }: Typed): string {
  if (type.scale === 0) return `CAST(${sql} AS VARCHAR)`;
  const text = renderNumber(sql, type);
  return literal === undefined ? `sf_decimal_json(${text})` : `sf_trim_number(${text})`;
}

/** An element is a 32-bit float, and its JSON number a double: no digit is lost. */
function vectorToJson(sql: string, type: SqlType): string {
  const item = type.element === 'INT' ? 'CAST(x AS VARCHAR)' : 'sf_float_json(CAST(x AS DOUBLE))';
  return `('[' || array_to_string(list_transform(${sql}, lambda x: ${item}), ',') || ']')`;
}

export function castToSemiStructured(value: Typed, type: SqlType, env: Environment): string {
  if (type.name === 'VARIANT') return toJson(value, env);
  // A MAP is a JSON object; a structured type is kept as the one without its parentheses.
  const [kind, from] = [type, value.type].map(({ name }) => (name === 'MAP' ? 'OBJECT' : name));
  if (from === 'VARIANT') return `sf_expect_json(${value.sql}, '${kind}')`;
  if (from === kind) return value.sql;
  if (type.name === 'ARRAY' && value.type.name === 'VECTOR') return toJson(value, env);
  throw compilationError(
    `invalid type [CAST(${typeText(value.type)} AS ${type.name})] for parameter 'TO_${type.name}'`,
    '001007',
    '22023',
  );
}

/** To NUMBER or FLOAT from numbers and booleans: rounds half away from zero, refuses overflow. */
export function castToNumber(value: Typed, type: SqlType): string {
  const { name } = value.type;
  if (name === 'BOOLEAN') return `CAST(CAST(${value.sql} AS INTEGER) AS ${storageType(type)})`;
  // DuckDB divides a decimal's digits by a power of ten, which can be off by a bit.
  if (name === 'NUMBER' && type.name === 'FLOAT') {
    const text =
      value.literal === undefined ? `CAST(${value.sql} AS VARCHAR)` : `'${value.literal}'`;
    return value.type.scale === 0 ? `CAST(${value.sql} AS DOUBLE)` : `CAST(${text} AS DOUBLE)`;
  }
  if (name === 'NUMBER' || name === 'FLOAT') return `CAST(${value.sql} AS ${storageType(type)})`;
  throw compilationError(
    `invalid type [CAST(… AS ${typeText(type)})] for parameter 'TO_NUMBER'`,
    '001007',
    '22023',
  );
}
