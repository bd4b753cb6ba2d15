import { toJson } from '../typed/cast-to-json.ts';
import { castTo } from '../typed/cast.ts';
import { quoteText, shownColumns, typed, type CallContext, type Typed } from '../typed/typed.ts';
import {
  ARRAY,
  BOOLEAN,
  OBJECT,
  VARIANT,
  binaryType,
  isSemiStructured,
  numberType,
  textType,
  typeText,
  type SqlType,
} from '../sql-type.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import {
  asText,
  at,
  checkCount,
  constantText,
  integerResult,
  simple,
  type FunctionCompiler,
} from './function-spec.ts';

/** https://docs.snowflake.com/en/sql-reference/functions-semistructured */
const json = (value: Typed, context: CallContext): string => toJson(value, context.env);

/** `d` as the second argument lets an object repeat a key; `s`, the default, does not. */
const parseJson = (mode: string): FunctionCompiler =>
  simple([1, 2], (args, context) => {
    const keys = args[1] === undefined ? 's' : constantText(args[1], 'the parameter of PARSE_JSON');
    if (keys !== 'd' && keys !== 's')
      throw compilationError(`invalid parameter '${keys}' of PARSE_JSON`, '001015', '22023');
    const text = asText(at(args, 0), context);
    return typed(`sf_parse_json(${text}, ${quoteText(mode)}, '${keys}')`, VARIANT);
  });

/** Whether STRICT_JSON_OUTPUT reaches TO_JSON is documented nowhere; it does here. */
const toJsonText = simple([1, 1], (args, context) => {
  const value = json(at(args, 0), context);
  const isStrict = context.env.parameter('STRICT_JSON_OUTPUT') === true;
  return typed(
    `${isStrict ? 'sf_strict_json' : 'sf_to_json'}(${value})`,
    textType(),
    at(args, 0).nullable,
  );
});

const toVariant = simple([1, 1], (args, context) => castTo(at(args, 0), VARIANT, context.env));

/** OBJECT_CONSTRUCT(key, value, …), or of `*`. */
function objectConstruct(name: string, type: SqlType = OBJECT): FunctionCompiler {
  return (call, context) => {
    checkCount(call, [0, 999]);
    if (call.args[0]?.kind === 'star' && type === OBJECT) return objectOfStar(name, context);
    const args = call.args.map((arg) => context.compile(arg));
    if (args.length % 2 === 1)
      throw compilationError(`${call.name} needs pairs of keys and values`);
    const parts = args.map((arg, i) => (i % 2 === 0 ? asText(arg, context) : json(arg, context)));
    return typed(parts.length === 0 ? "'{}'" : `${name}(${parts.join(', ')})`, type, false);
  };
}

function objectOfStar(name: string, context: CallContext): Typed {
  const columns = shownColumns(context.scope);
  const parts = columns.map(
    (column) => `${quoteText(column.name)}, ${json(column.value, context)}`,
  );
  return typed(`${name}(${parts.join(', ')})`, OBJECT, false);
}

const arrayConstruct = simple([0, 999], (args, context) => {
  const parts = args.map((arg) => json(arg, context));
  return typed(parts.length === 0 ? "'[]'" : `sf_array(${parts.join(', ')})`, ARRAY, false);
});

/** GET(variant, index or key). */
const get = simple([2, 2], (args, context) => {
  const step = at(args, 1);
  const prefix = step.type.name === 'NUMBER' ? "'#'" : "'.'";
  const text = `(${prefix} || ${asText(step, context)})`;
  return typed(`sf_path(${semi(at(args, 0)).sql}, ${text})`, VARIANT);
});

function semi(value: Typed): Typed {
  if (isSemiStructured(value.type) || value.type.name === 'NULL') return value;
  throw compilationError(
    `Invalid argument types for a function of semi-structured data: (${typeText(value.type)})`,
    '001044',
    '42P13',
  );
}

const typeOf = simple([1, 1], (args, context) => {
  const value = castTo(at(args, 0), VARIANT, context.env);
  return typed(`sf_typeof(${value.sql})`, textType());
});

function kindIs(kinds: readonly string[]): FunctionCompiler {
  return simple([1, 1], (args) => {
    const list = kinds.map((kind) => quoteText(kind)).join(', ');
    return typed(`(sf_typeof(${semi(at(args, 0)).sql}) IN (${list}))`, BOOLEAN);
  });
}

/** AS_INTEGER and its kin: the value if it is of that kind, else NULL. */
function asKind(kinds: readonly string[], type: SqlType): FunctionCompiler {
  return simple([1, 1], (args, context) => {
    const value = semi(at(args, 0));
    const list = kinds.map((kind) => quoteText(kind)).join(', ');
    const chosen = typed(
      `CASE WHEN sf_typeof(${value.sql}) IN (${list}) THEN ${value.sql} END`,
      VARIANT,
    );
    return castTo(chosen, type, context.env);
  });
}

const geography = (name: 'GEOGRAPHY' | 'GEOMETRY', safe: boolean): FunctionCompiler =>
  simple([1, 1], (args, context) => {
    const value = at(args, 0);
    const source = value.type.name === 'VARCHAR' ? value : castTo(value, textType(), context.env);
    return castTo(source, { name }, context.env, safe);
  });

const geographyText = (format: string, type: SqlType): FunctionCompiler =>
  simple([1, 1], (args) => {
    const value = shape(at(args, 0), format);
    return typed(`sf_geography_text(${value.sql}, ${quoteText(format)})`, type);
  });

function shape(value: Typed, format: string): Typed {
  if (value.type.name === 'GEOGRAPHY' || value.type.name === 'GEOMETRY') return value;
  throw unsupported(`ST_AS${format} of ${value.type.name}`);
}

const asEwkb = simple([1, 1], (args) => {
  const { sql, type } = shape(at(args, 0), 'EWKB');
  return typed(`unhex(sf_ewkb(${sql}, ${quoteText(type.name)}))`, binaryType());
});

const asWkb = simple([1, 1], (args) => {
  const { sql } = shape(at(args, 0), 'WKB');
  return typed(`unhex(sf_wkb(${sql}))`, binaryType());
});

const makePoint = simple([2, 2], (args, context) => {
  const [x, y] = args.map((arg) => castTo(arg, { name: 'FLOAT' }, context.env));
  const text = `'POINT(' || CAST(${x?.sql} AS VARCHAR) || ' ' || CAST(${y?.sql} AS VARCHAR) || ')'`;
  return typed(`sf_parse_geography(${text}, 'GEOGRAPHY', '')`, { name: 'GEOGRAPHY' });
});

export const SEMI_STRUCTURED: Readonly<Record<string, FunctionCompiler>> = {
  PARSE_JSON: parseJson(''),
  TRY_PARSE_JSON: parseJson('safe'),
  TO_JSON: toJsonText,
  TO_VARIANT: toVariant,
  TO_OBJECT: simple([1, 1], (args, context) => castTo(at(args, 0), OBJECT, context.env)),
  TO_ARRAY: simple([1, 1], (args, context) => {
    const value = castTo(at(args, 0), VARIANT, context.env);
    return typed(`sf_expect_json(${value.sql}, 'ARRAY')`, ARRAY);
  }),
  OBJECT_CONSTRUCT: objectConstruct('sf_object'),
  OBJECT_CONSTRUCT_KEEP_NULL: objectConstruct('sf_object_keep'),
  ARRAY_CONSTRUCT: arrayConstruct,
  MAP_CONSTRUCT: objectConstruct('sf_object_keep', { name: 'MAP' }),
  OBJECT_KEYS: simple([1, 1], (args) => typed(`sf_object_keys(${semi(at(args, 0)).sql})`, ARRAY)),
  ARRAY_SIZE: simple([1, 1], (args) =>
    integerResult(`CAST(sf_array_size(${semi(at(args, 0)).sql}) AS BIGINT)`, 9),
  ),
  GET: get,
  TYPEOF: typeOf,
  IS_NULL_VALUE: kindIs(['NULL_VALUE']),
  IS_ARRAY: kindIs(['ARRAY']),
  IS_OBJECT: kindIs(['OBJECT']),
  IS_BOOLEAN: kindIs(['BOOLEAN']),
  IS_VARCHAR: kindIs(['VARCHAR']),
  IS_INTEGER: kindIs(['INTEGER']),
  IS_DECIMAL: kindIs(['INTEGER', 'DECIMAL']),
  IS_DOUBLE: kindIs(['INTEGER', 'DECIMAL', 'DOUBLE']),
  AS_INTEGER: asKind(['INTEGER'], numberType(38, 0)),
  AS_VARCHAR: asKind(['VARCHAR'], textType()),
  AS_BOOLEAN: asKind(['BOOLEAN'], BOOLEAN),
  AS_DOUBLE: asKind(['INTEGER', 'DECIMAL', 'DOUBLE'], { name: 'FLOAT' }),
  AS_ARRAY: asKind(['ARRAY'], ARRAY),
  AS_OBJECT: asKind(['OBJECT'], OBJECT),
  TO_GEOGRAPHY: geography('GEOGRAPHY', false),
  TRY_TO_GEOGRAPHY: geography('GEOGRAPHY', true),
  ST_GEOGRAPHYFROMTEXT: geography('GEOGRAPHY', false),
  ST_GEOGRAPHYFROMWKT: geography('GEOGRAPHY', false),
  TO_GEOMETRY: geography('GEOMETRY', false),
  TRY_TO_GEOMETRY: geography('GEOMETRY', true),
  ST_ASGEOJSON: geographyText('GeoJSON', OBJECT),
  ST_ASWKT: geographyText('WKT', textType()),
  ST_ASTEXT: geographyText('WKT', textType()),
  ST_ASEWKB: asEwkb,
  ST_ASWKB: asWkb,
  ST_ASBINARY: asWkb,
  ST_MAKEPOINT: makePoint,
  ST_POINT: makePoint,
};
