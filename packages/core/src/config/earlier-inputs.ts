import { isPlainObject } from './plain-object.ts';
import { chunkingTypes } from './schema/chunking.ts';

/**
 * What the earlier tool took in a table, in the words of this one: filters that are blank, types of
 * chunk columns in any case and by their synonyms, and a list of chunk columns that holds null.
 */
export function readEarlierInputs(config: unknown): unknown {
  if (!isPlainObject(config) || !Array.isArray(config['sources'])) return config;
  const sources = config['sources'].map((source: unknown) => {
    if (!isPlainObject(source) || !Array.isArray(source['tables'])) return source;
    return { ...source, tables: source['tables'].map(readTable) };
  });
  return { ...config, sources };
}

function readTable(table: unknown): unknown {
  if (!isPlainObject(table)) return table;
  const { source_filter: filter, chunking_columns: columns, chunking_column_types: types } = table;
  const { source_filter: _filter, ...unfiltered } = table;
  return {
    ...(typeof filter === 'string' && filter.trim() === '' ? unfiltered : table),
    ...(Array.isArray(columns) ? { chunking_columns: columns.filter((one) => one !== null) } : {}),
    ...(Array.isArray(types)
      ? { chunking_column_types: types.filter((one) => one !== null).map(chunkingWord) }
      : {}),
  };
}

/**
 * Snowflake's synonyms (docs.snowflake.com/en/sql-reference/intro-summary-data-types) that are no
 * words of this tool.
 */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  varchar: ['string', 'char', 'character', 'nchar', 'nvarchar', 'nvarchar2'],
  number: ['decimal', 'dec', 'float', 'float4', 'float8', 'double', 'double precision', 'real'],
  int: ['smallint', 'tinyint', 'byteint'],
  timestamp_ntz: ['datetime'],
};

const words = new Map<string, string>([
  ...chunkingTypes.map((word) => [word, word] as const),
  ...Object.entries(synonyms).flatMap(([word, others]) =>
    others.map((other) => [other, word] as const),
  ),
]);

/** Of `NUMBER(38,0)` its name counts. A word that is not known stays as it is written. */
function chunkingWord(written: unknown): unknown {
  if (typeof written !== 'string') return written;
  const name = written.replace(/\([\d\s,]*\)\s*$/u, '').trim();
  return words.get(name.toLowerCase()) ?? written;
}
