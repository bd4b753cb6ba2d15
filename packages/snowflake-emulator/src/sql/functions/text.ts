import { concat } from '../typed/operators.ts';
import { quoteText, typed, type CallContext, type Typed } from '../typed/typed.ts';
import { BOOLEAN, textType } from '../sql-type.ts';
import {
  asInteger,
  asText,
  at,
  fill,
  integerResult,
  simple,
  textTemplate,
  type FunctionCompiler,
} from './function-spec.ts';

/** https://docs.snowflake.com/en/sql-reference/functions-string */
const asBoolean = (template: string): FunctionCompiler => textTemplate([2, 2], template, BOOLEAN);

/** A template whose result is a whole number. */
function count(counts: readonly [number, number], template: string): FunctionCompiler {
  return simple(counts, (args, context) =>
    integerResult(
      fill(
        template,
        args.map((arg) => asText(arg, context)),
      ),
      18,
    ),
  );
}

/** LENGTH counts characters of text and bytes of binary. */
const length = simple([1, 1], (args, context) => {
  const value = at(args, 0);
  const sql =
    value.type.name === 'BINARY'
      ? `octet_length(${value.sql})`
      : `length(${asText(value, context)})`;
  return integerResult(sql, 18, value.nullable);
});

const octetLength = simple([1, 1], (args, context) => {
  const value = at(args, 0);
  const bytes = value.type.name === 'BINARY' ? value.sql : `encode(${asText(value, context)})`;
  return integerResult(`octet_length(${bytes})`, 18, value.nullable);
});

/** Positions count from 1, 0 is as 1, negative ones from the end. */
const substring = simple([2, 3], (args, context) => {
  const value = at(args, 0);
  const start = `CASE WHEN ${asInteger(at(args, 1), context)} = 0 THEN 1 ELSE ${asInteger(at(args, 1), context)} END`;
  const size = args[2] === undefined ? '' : `, greatest(0, ${asInteger(args[2], context)})`;
  return typed(`substring(${asText(value, context)}, ${start}${size})`, textType());
});

function side(name: 'left' | 'right'): FunctionCompiler {
  return simple([2, 2], (args, context) => {
    const size = `greatest(0, ${asInteger(at(args, 1), context)})`;
    return typed(`${name}(${asText(at(args, 0), context)}, ${size})`, textType());
  });
}

function pad(name: 'lpad' | 'rpad'): FunctionCompiler {
  return simple([2, 3], (args, context) => {
    const filler = args[2] === undefined ? "' '" : asText(args[2], context);
    const size = `CAST(greatest(0, ${asInteger(at(args, 1), context)}) AS INTEGER)`;
    return typed(`${name}(${asText(at(args, 0), context)}, ${size}, ${filler})`, textType());
  });
}

/** Without characters to take off, only blanks go. */
const trim = (name: string): FunctionCompiler =>
  textTemplate([1, 2], [`${name}($1, ' ')`, `${name}($1, $2)`]);

/** Part 0 is part 1; negative parts count from the end. */
const splitPart = simple([3, 3], (args, context) => {
  const part = asInteger(at(args, 2), context);
  const [text, separator] = [asText(at(args, 0), context), asText(at(args, 1), context)];
  return typed(
    `split_part(${text}, ${separator}, CASE WHEN ${part} = 0 THEN 1 ELSE ${part} END)`,
    textType(),
  );
});

/** POSITION and CHARINDEX: where the first text is in the second, counted from 1. */
const position = simple([2, 3], (args, context) => {
  const [needle, text] = [asText(at(args, 0), context), asText(at(args, 1), context)];
  if (args[2] === undefined) return integerResult(`strpos(${text}, ${needle})`, 18);
  const start = asInteger(args[2], context);
  const found = `strpos(substring(${text}, ${start}), ${needle})`;
  return integerResult(`CASE WHEN ${found} = 0 THEN 0 ELSE ${found} + ${start} - 1 END`, 18);
});

const repeat = simple([2, 2], (args, context) =>
  typed(`repeat(${asText(at(args, 0), context)}, ${asInteger(at(args, 1), context)})`, textType()),
);

const concatWs = simple([2, 999], (args, context) => {
  const [separator, ...rest] = args;
  const parts = rest.flatMap((value, i) => (i === 0 ? [value] : [at([separator], 0), value]));
  return concat(parts as Typed[], context.env);
});

/** SPLIT gives an ARRAY of strings. */
const split = simple([2, 2], (args, context) =>
  typed(
    `CAST(to_json(string_split(${asText(at(args, 0), context)}, ${asText(at(args, 1), context)})) AS VARCHAR)`,
    { name: 'ARRAY' },
  ),
);

function regexp(name: string, counts: readonly [number, number]): FunctionCompiler {
  return simple(counts, (args, context) => typed(regexpCall(name, args, context), textType()));
}

function regexpCall(name: string, args: readonly Typed[], context: CallContext): string {
  return `${name}(${args.map((arg) => asText(arg, context)).join(', ')})`;
}

const regexpLike = simple([2, 3], (args, context) =>
  typed(`CAST(${regexpCall('sf_regexp_like', args, context)} AS BOOLEAN)`, BOOLEAN),
);

/** Without a replacement, what matches is taken away. */
const regexpReplace = simple([2, 6], (args, context) => {
  const texts = args.map((arg) => asText(arg, context));
  if (texts.length === 2) texts.push("''");
  return typed(`sf_regexp_replace(${texts.join(', ')})`, textType());
});

const chr = simple([1, 1], (args, context) =>
  typed(`chr(CAST(${asInteger(at(args, 0), context)} AS INTEGER))`, textType(1)),
);

const translate = textTemplate([3, 3], 'translate($1, $2, $3)');
const space = simple([1, 1], (args, context) =>
  typed(`repeat(' ', ${asInteger(at(args, 0), context)})`, textType()),
);

/** INSERT(base, position, length, text). */
const insert = simple([4, 4], (args, context) => {
  const [base, text] = [asText(at(args, 0), context), asText(at(args, 3), context)];
  const [start, size] = [asInteger(at(args, 1), context), asInteger(at(args, 2), context)];
  return typed(
    `(left(${base}, ${start} - 1) || ${text} || substring(${base}, ${start} + ${size}))`,
    textType(),
  );
});

const initcap: FunctionCompiler = simple([1, 1], (args, context) => {
  const words = `regexp_extract_all(${asText(at(args, 0), context)}, '[\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+')`;
  const cased = 'upper(left(w, 1)) || lower(substring(w, 2))';
  return typed(
    `array_to_string(list_transform(${words}, lambda w: ${cased}), ${quoteText('')})`,
    textType(),
  );
});

export const TEXT: Readonly<Record<string, FunctionCompiler>> = {
  UPPER: textTemplate([1, 1], 'upper($1)'),
  LOWER: textTemplate([1, 1], 'lower($1)'),
  INITCAP: initcap,
  LENGTH: length,
  LEN: length,
  OCTET_LENGTH: octetLength,
  SUBSTR: substring,
  SUBSTRING: substring,
  LEFT: side('left'),
  RIGHT: side('right'),
  TRIM: trim('trim'),
  LTRIM: trim('ltrim'),
  RTRIM: trim('rtrim'),
  LPAD: pad('lpad'),
  RPAD: pad('rpad'),
  REPLACE: textTemplate([2, 3], ["replace($1, $2, '')", 'replace($1, $2, $3)']),
  TRANSLATE: translate,
  REVERSE: textTemplate([1, 1], 'reverse($1)'),
  REPEAT: repeat,
  SPACE: space,
  INSERT: insert,
  CONCAT: simple([1, 999], (args, context) => concat(args, context.env)),
  CONCAT_WS: concatWs,
  SPLIT_PART: splitPart,
  SPLIT: split,
  POSITION: position,
  CHARINDEX: position,
  CONTAINS: asBoolean('contains($1, $2)'),
  STARTSWITH: asBoolean('starts_with($1, $2)'),
  ENDSWITH: asBoolean('ends_with($1, $2)'),
  REGEXP_LIKE: regexpLike,
  RLIKE: regexpLike,
  REGEXP_REPLACE: regexpReplace,
  REGEXP_SUBSTR: regexp('sf_regexp_substr', [2, 6]),
  REGEXP_COUNT: count([2, 4], 'sf_regexp_count($1, $2, $3, $4)'),
  CHR: chr,
  CHAR: chr,
  /** The first byte of its UTF-8 (mlorek/frostlake, docs/functions.md). */
  ASCII: count(
    [1, 1],
    "CASE WHEN $1 = '' THEN 0 ELSE CAST('0x' || left(hex(encode(left($1, 1))), 2) AS BIGINT) END",
  ),
  UNICODE: count([1, 1], "CASE WHEN $1 = '' THEN 0 ELSE ord($1) END"),
  EDITDISTANCE: count([2, 2], 'levenshtein($1, $2)'),
};
