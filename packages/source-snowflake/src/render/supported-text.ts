import type { UnsupportedText } from '@snowmelt/core';

/**
 * Escapes of a string constant (docs.snowflake.com/en/sql-reference/data-types-text, "Escape
 * sequences in single-quoted string constants").
 */
const nul = `'\\0'`;
const twoBackslashes = `'\\\\\\\\'`;
const escapedNul = `'\\\\u0000'`;
/** JSON text holds no control character, so this one may stand for something while it is rewritten. */
const placeholder = `'\\x01'`;

const inText = { strip: `''`, replace: `'\\uFFFD'` } as const;
const inJson = { strip: `''`, replace: `'\\\\ufffd'` } as const;

/** SQL of a text without U+0000, which PostgreSQL can't hold. */
export function supportedText(text: string, policy: UnsupportedText | undefined): string {
  return policy === undefined ? text : `REPLACE(${text}, ${nul}, ${inText[policy]})`;
}

/**
 * The same of JSON text, where it is written `\u0000`. A backslash before it may be one that
 * is itself escaped: pairs of them are put aside first.
 */
export function supportedJson(json: string, policy: UnsupportedText | undefined): string {
  if (policy === undefined) return json;
  const aside = `REPLACE(${json}, ${twoBackslashes}, ${placeholder})`;
  const mended = `REPLACE(${aside}, ${escapedNul}, ${inJson[policy]})`;
  return `REPLACE(${mended}, ${placeholder}, ${twoBackslashes})`;
}
