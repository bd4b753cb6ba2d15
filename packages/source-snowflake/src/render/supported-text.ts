import type { ColumnPair, UnsupportedJson, UnsupportedText } from '@snowmelt/core';

/**
 * Escapes of a string constant (docs.snowflake.com/en/sql-reference/data-types-text, "Escape
 * sequences in single-quoted string constants").
 */
const nul = `'\\0'`;
const twoBackslashes = `'\\\\\\\\'`;
const escapedNul = `'\\\\u0000'`;
/** JSON text holds no control character, so this one may stand for something while it is rewritten. */
const placeholder = `'\\x01'`;
/** The same before what a pattern found. */
const marker = `'\\x01\\\\1'`;

const inText = { strip: `''`, replace: `'\\uFFFD'` } as const;
const inJson = { strip: `''`, replace: `'\\\\ufffd'` } as const;

/** SQL of a text without U+0000, which PostgreSQL can't hold. */
export function supportedText(text: string, policy: UnsupportedText | undefined): string {
  return policy === undefined ? text : `REPLACE(${text}, ${nul}, ${inText[policy]})`;
}

type JsonRule = Pick<ColumnPair, 'unsupportedText' | 'unsupportedJson'>;

/** SQL of JSON text in which stands only what PostgreSQL takes, as far as the rule mends it. */
export function supportedJson(json: string, rule: JsonRule): string {
  return withoutNul(strictJson(json, rule.unsupportedJson), rule.unsupportedText);
}

/**
 * The same of JSON text, where it is written `\u0000`. A backslash before it may be one that
 * is itself escaped: pairs of them are put aside first.
 */
function withoutNul(json: string, policy: UnsupportedText | undefined): string {
  if (policy === undefined) return json;
  const aside = `REPLACE(${json}, ${twoBackslashes}, ${placeholder})`;
  const mended = `REPLACE(${aside}, ${escapedNul}, ${inJson[policy]})`;
  return `REPLACE(${mended}, ${placeholder}, ${twoBackslashes})`;
}

/** A string, or a word that JSON does not have. In a bracket a backslash is one, doubled or not. */
const token = String.raw`'("(\\\\.|[^"\\\\])*"|undefined|NaN|-?Infinity)'`;

const numbers = ['NaN', '-Infinity', 'Infinity'] as const;

/**
 * JSON text of Snowflake has words that JSON does not: an element of an ARRAY that is SQL NULL is
 * `undefined`, and a DOUBLE may be NaN or an infinity (docs.snowflake.com/en/sql-reference/
 * data-types-semistructured; mlorek/frostlake, json-undefined and VariantDoubleTextTest; whether
 * STRICT_JSON_OUTPUT reaches TO_JSON is documented nowhere). Each of them and each string is marked
 * by a character that JSON text can't hold, so that a word within a string is never taken for one.
 */
function strictJson(json: string, policy: UnsupportedJson | undefined): string {
  const rules = [
    ['undefined', 'null'],
    ...(policy === undefined
      ? []
      : numbers.map((word) => [word, policy === 'null' ? 'null' : `"${word}"`])),
  ];
  const words = policy === undefined ? ['undefined'] : ['undefined', 'NaN', 'Infinity'];
  const held = words.map((word) => `CONTAINS(${json}, '${word}')`).join(' OR ');
  const marked = `REGEXP_REPLACE(${json}, ${token}, ${marker})`;
  const mended = rules.reduce(
    (text, [word, into]) => `REPLACE(${text}, '\\x01${word}', '${into}')`,
    marked,
  );
  return `CASE WHEN ${held} THEN REPLACE(${mended}, ${placeholder}, '') ELSE ${json} END`;
}
