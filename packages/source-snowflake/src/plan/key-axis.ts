import type { LogicalType } from '@snowmelt/core';

import {
  isAfterYear9999,
  isBeforeYear1,
  timestampTypes,
  type MomentType,
} from '../render/moment.ts';
import { quoteText } from '../sql/quote.ts';
import type { ChunkKey } from './chunk-keys.ts';
import { readKey } from './key-range.ts';

/** What the planning query and its bounds need to know of a key's type. */
export interface KeyAxis {
  /** SQL of the value that is counted and ordered. */
  readonly value: string;
  /**
   * SQL of the cell that a value falls into, made of `value`'s alias and of EXTENT's columns. It
   * never falls where the value rises, so that cells are ranges.
   */
  cell(alias: string): string;
  /** The cell needs SHARED_LENGTH, how many characters all keys begin with in common. */
  readonly sharesPrefix: boolean;
  /** SQL that renders a value as text. */
  text(alias: string): string;
  /** The SQL literal, with its type, of such a text. Literals keep the order of the texts' values. */
  literal(text: string): string;
}

/** Bounds of text keys have at most so many characters. */
export const prefixCharacters = 128;

export function axisOf(key: ChunkKey): KeyAxis {
  const { type } = key;
  if (key.reading === 'number' || type.kind === 'decimal') return numberAxis(key);
  if (type.kind === 'date') return dateAxis(key);
  if (type.kind === 'timestamp') return timestampAxis(key, type);
  if (type.kind === 'text' || type.kind === 'uuid') return textAxis(key);
  return floatAxis(key);
}

/** Of equal width: more of them make more even chunks, and less to sort where keys are skewed. */
const cellsPerChunk = 4;

/** Of text: some thousand cells of digits or letters, as many as even chunks of a large table need. */
const cellCharacters = 3;

/** Cells of equal width. As a FLOAT, which has room for the product; rounding keeps the order. */
function numberAxis(key: ChunkKey): KeyAxis {
  return {
    value: readKey(key),
    cell: (alias) =>
      `COALESCE(FLOOR((${alias}::FLOAT - LOW::FLOAT) / NULLIF(HIGH::FLOAT - LOW::FLOAT, 0) * TOTAL / WANTED * ${String(cellsPerChunk)}), 0)`,
    sharesPrefix: false,
    text: (alias) => `TO_VARCHAR(${alias})`,
    literal: (text) => text,
  };
}

/**
 * One cell, cut by exact ranks: infinities have no width. NaN is above all numbers
 * (docs.snowflake.com/en/sql-reference/data-types-numeric, "Special values").
 */
function floatAxis(key: ChunkKey): KeyAxis {
  const type = key.type.kind === 'decfloat' ? 'DECFLOAT' : 'FLOAT';
  return {
    value: readKey(key),
    cell: () => '0',
    sharesPrefix: false,
    text: (alias) =>
      type === 'DECFLOAT' ? `TO_VARCHAR(${alias})` : `TRIM(TO_VARCHAR(${alias}, 'TME'))`,
    literal: (text) => `${quoteText(text)}::${type}`,
  };
}

function dateAxis(key: ChunkKey): KeyAxis {
  return {
    value: readKey(key),
    cell: (alias) => alias,
    sharesPrefix: false,
    text: (alias) => `${eraOf(alias, 'DATE')} || TO_VARCHAR(${alias}, 'YYYY-MM-DD')`,
    literal: (text) => `'${withinYears(text, { first: '', last: '' })}'::DATE`,
  };
}

type Timestamp = Extract<LogicalType, { kind: 'timestamp' }>;

/** Cells are UTC days: the session's zone is UTC, and a value with an offset is brought there. */
function timestampAxis(key: ChunkKey, { zone }: Timestamp): KeyAxis {
  const offset = zone === 'none' ? '' : '+00:00';
  const value = readKey(key);
  return {
    value: zone === 'offset' ? `CONVERT_TIMEZONE('UTC', ${value})` : value,
    cell: (alias) => `TO_DATE(${alias})`,
    sharesPrefix: false,
    text: (alias) =>
      `${eraOf(alias, timestampTypes[zone])} || TO_VARCHAR(${alias}, 'YYYY-MM-DD"T"HH24:MI:SS.FF9')`,
    literal: (text) => `'${withinYears(text, timesOfDay)}${offset}'::${timestampTypes[zone]}`,
  };
}

const timesOfDay = { first: 'T00:00:00', last: 'T23:59:59.999999999' };

/** Before the text: `-` for the years before 1, which YYYY prints as years of the era; `+` after 9999. */
function eraOf(alias: string, type: MomentType): string {
  return `CASE WHEN ${isBeforeYear1(alias, type)} THEN '-' WHEN ${isAfterYear9999(alias, type)} THEN '+' ELSE '' END`;
}

/**
 * No literal can say the years before 1 and after 9999 for sure. The nearest one that can be said
 * bounds as well: what matters is that bounds are in order, and that different values have
 * different texts.
 */
function withinYears(text: string, { first, last }: typeof timesOfDay): string {
  if (/^\d{4}-/u.test(text)) return text;
  return text.startsWith('-') ? `0001-01-01${first}` : `9999-12-31${last}`;
}

/**
 * Prefixes, in the order of UTF-8: a text is before a bound exactly if its first characters are,
 * so the bounds count exactly. Cells are the characters that follow what all keys begin with.
 */
function textAxis(key: ChunkKey): KeyAxis {
  return {
    value: `LEFT(${readKey(key)}, ${String(prefixCharacters)})`,
    cell: (alias) => `LEFT(${alias}, SHARED_LENGTH + ${String(cellCharacters)})`,
    sharesPrefix: true,
    text: (alias) => alias,
    literal: quoteText,
  };
}
