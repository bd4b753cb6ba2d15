import { type SqlType, textType, type TypeField, typeText, VARIANT } from '../sql-type.ts';
import { toJson } from './cast-to-json.ts';
import { type Environment, quoteText, typed, type Typed } from './typed.ts';

interface Casting {
  readonly env: Environment;
  readonly castTo: (value: Typed, type: SqlType, env: Environment) => Typed;
}

/**
 * The stored JSON of an ARRAY, OBJECT or MAP with each of its values cast to the type that the
 * structured type says. https://docs.snowflake.com/en/sql-reference/data-types-structured
 */
export function castStructured(sql: string, type: SqlType, casting: Casting): string {
  const [first, second] = type.fields ?? [];
  if (first === undefined) return sql;
  if (type.name === 'ARRAY') return `sf_array_of(${each(sql, first, casting)})`;
  if (type.name === 'OBJECT') return castObject(sql, type, casting);
  const keys = `list_transform(${texts('sf_object_keys', sql)}, lambda k: ${keyText(first, casting)})`;
  const values = each(sql, second ?? first, casting);
  return `sf_map_of(${asText(keys)}, ${values})`;
}

/** All values of an ARRAY, OBJECT or MAP, each cast: a JSON list of stored texts, as text. */
function each(sql: string, field: TypeField, casting: Casting): string {
  return asText(
    `list_transform(${texts('sf_values', sql)}, lambda e: ${castField('e', field, 'an element', casting)})`,
  );
}

const texts = (part: string, sql: string): string => `from_json(${part}(${sql}), '["VARCHAR"]')`;
const asText = (list: string): string => `CAST(to_json(${list}) AS VARCHAR)`;

function keyText({ type }: TypeField, { env, castTo }: Casting): string {
  return castTo(castTo(typed('k', textType()), type, env), textType(), env).sql;
}

/** The keys must be those of the type, in whatever order. */
function castObject(sql: string, type: SqlType, casting: Casting): string {
  const names = (type.fields ?? []).map(({ name }) => name ?? '');
  const parts = (type.fields ?? []).map((field, i) => {
    const path = `sf_path(${sql}, ${quoteText(`.${names[i]}`)})`;
    return `${quoteText(names[i] ?? '')}, ${castField(path, field, `key ${names[i]}`, casting)}`;
  });
  const keys = quoteText(JSON.stringify(names.toSorted(byCodeUnits)));
  const feature = quoteText(`Unsupported feature 'a cast to ${typeText(type)} of other keys'.`);
  const built = `CASE WHEN sf_object_keys(${sql}) = ${keys} THEN sf_object_keep(${parts.join(', ')}) ELSE sf_fail('000002', '0A000', ${feature}) END`;
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE ${built} END`;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function castField(
  sql: string,
  { type, nullable }: TypeField,
  what: string,
  { env, castTo }: Casting,
): string {
  const value = toJson(castTo(typed(sql, VARIANT), type, env), env);
  if (nullable) return value;
  const message = quoteText(`NULL result in a non-nullable value: ${what}`);
  return `coalesce(${value}, sf_fail('100072', '22000', ${message}))`;
}
