import {
  SnowmeltError,
  type ChunkColumn,
  type ColumnSchema,
  type LogicalType,
  type TablePlan,
} from '@snowmelt/core';

import type { Reading } from './key-range.ts';

/** A column that chunks can be cut by. */
export interface ChunkKey {
  /** As stored. */
  readonly column: string;
  readonly reading: Reading;
  readonly type: LogicalType;
}

type Kind = LogicalType['kind'];

const numbers: readonly Kind[] = ['decimal', 'float', 'decfloat'];
const moments: readonly Kind[] = ['date', 'timestamp'];
const texts: readonly Kind[] = ['text', 'uuid'];

/** What a column may be in Snowflake that the configuration gives a word for. */
const kindsOf: Readonly<Record<string, readonly Kind[]>> = {
  int: numbers,
  bigint: numbers,
  integer: numbers,
  number: numbers,
  numeric: numbers,
  varchar_numeric: ['text', ...numbers],
  date: moments,
  timestamp: moments,
  timestamp_ntz: moments,
  timestamp_ltz: moments,
  timestamp_tz: moments,
  uuid: texts,
  varchar: texts,
  text: texts,
};

/**
 * The chunk columns as the source has them. Throws `CONFIG.INVALID` for a column that is not
 * there, and where its type contradicts the word that the configuration has for it.
 */
export function readChunkKeys(
  asked: readonly ChunkColumn[],
  known: readonly ColumnSchema[],
): readonly ChunkKey[] {
  return asked.map(({ column, type }) => {
    const found = findColumn(known, column);
    if (found === undefined) throw invalid(column, 'the source has no such column');
    if (type === 'any') return anyKey(found);
    if (kindsOf[type]?.includes(found.type.kind) !== true) {
      throw invalid(column, `it is ${found.nativeType} in Snowflake, not ${type}`);
    }
    return keyOf(found, type);
  });
}

/** Of a column that the configuration has no word for. */
function anyKey(found: ColumnSchema): ChunkKey {
  const key = impliedKey(found);
  if (key === undefined) {
    throw invalid(found.name, `it is ${found.nativeType}, which has no order to cut chunks by`);
  }
  return key;
}

/** The chunk columns of a plan, which are in it whether they are copied or not. */
export function chunkKeys({ read, chunkColumns, columns }: TablePlan): readonly ChunkKey[] {
  return readChunkKeys(read.chunkColumns, chunkColumns ?? columns.map(({ source }) => source));
}

/** A column that the configuration says nothing of, where it has an order to cut by. */
export function impliedKey(column: ColumnSchema): ChunkKey | undefined {
  const known = [...numbers, ...moments, ...texts].includes(column.type.kind);
  return known ? keyOf(column, 'any') : undefined;
}

/** By its exact name, or by the only one but for case. */
function findColumn(known: readonly ColumnSchema[], column: string): ColumnSchema | undefined {
  const lower = column.toLowerCase();
  const alike = known.filter(({ name }) => name.toLowerCase() === lower);
  return known.find(({ name }) => name === column) ?? (alike.length === 1 ? alike[0] : undefined);
}

function keyOf({ name, type, nativeType }: ColumnSchema, word: string): ChunkKey {
  const key = { column: name, type };
  if (type.kind === 'uuid') return { ...key, reading: 'text' };
  if (type.kind !== 'text') return { ...key, reading: 'column' };
  if (word === 'varchar_numeric') return { ...key, reading: 'number' };
  return { ...key, reading: /\bCOLLATE\b/iu.test(nativeType) ? 'uncollated' : 'column' };
}

function invalid(column: string, problem: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', `chunking_columns: ${column}: ${problem}.`, {
    place: { column },
    fix: 'Name a column as Snowflake stores it, with a chunking_column_types word of its type; text that holds numbers is varchar_numeric.',
  });
}
