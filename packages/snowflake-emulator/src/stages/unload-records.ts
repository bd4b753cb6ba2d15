import type { DuckDBDataChunk } from '@duckdb/node-api';

import { isSemiStructured } from '../sql/sql-type.ts';
import type { CompiledQuery, EngineSession, QueryColumn } from '../sql/statement-handler.ts';
import { encodeRecord, fieldEncoder, isVerbatim } from './csv-encoder.ts';
import { cancelled, unsupported } from './errors.ts';
import type { CsvFormat } from './file-format.ts';
import { lineBlock } from './line-block.ts';
import { blockOfRecords, type RecordBlock } from './record-block.ts';

/** The rows of an unload's query as blocks of CSV records, streamed. */

export interface RecordSource {
  readonly session: EngineSession;
  readonly signal: AbortSignal;
}

/** One block a DuckDB chunk (2048 rows at most); memory holds no more than that. */
export async function* unloadRecords(
  query: CompiledQuery,
  format: CsvFormat,
  source: RecordSource,
): AsyncGenerator<RecordBlock> {
  const toBlock = blockMaker(query, format);
  const sql = isLines(query, format) ? query.sql : renderedQuery(query, format, source.session);
  for await (const chunk of streamChunks(sql, source)) yield toBlock(chunk);
}

/** The first record of each file with HEADER = TRUE: the columns' names, enclosed as strings are. */
export function unloadHeader(query: CompiledQuery, format: CsvFormat): Buffer {
  const names = query.columns.map((column) => column.name);
  const encode = fieldEncoder({ ...format, emptyFieldAsNull: false });
  const record = encodeRecord(
    names,
    names.map(() => true),
    encode,
    format.fieldDelimiter ?? '',
  );
  return Buffer.from(record + (format.recordDelimiter ?? ''));
}

/** One VARCHAR a row, written as it is: the rows needn't become JavaScript strings. */
function isLines(query: CompiledQuery, format: CsvFormat): boolean {
  return (
    query.columns.length === 1 && query.columns[0]?.type.name === 'VARCHAR' && isVerbatim(format)
  );
}

function blockMaker(
  query: CompiledQuery,
  format: CsvFormat,
): (chunk: DuckDBDataChunk) => RecordBlock {
  const delimiter = format.recordDelimiter ?? '';
  if (isLines(query, format)) {
    const end = Buffer.from(delimiter);
    const nullText = Buffer.from(format.nullIf[0] ?? '');
    return (chunk) => lineBlock(chunk, end, nullText);
  }
  const encode = fieldEncoder(format);
  const isString = query.columns.map((column) => isStringColumn(column));
  const isFloat = query.columns.map((column) => column.type.name === 'FLOAT');
  return (chunk) => {
    const columns = isFloat.map((float, i) => columnTexts(chunk, i, float));
    const records = Array.from({ length: chunk.rowCount }, (_, row) =>
      encodeRecord(
        columns.map((column) => column[row] ?? null),
        isString,
        encode,
        format.fieldDelimiter ?? '',
      ),
    );
    return blockOfRecords(records, delimiter);
  };
}

/** FIELD_OPTIONALLY_ENCLOSED_BY encloses strings; JSON text of VARIANT, OBJECT and ARRAY is one. */
function isStringColumn(column: QueryColumn): boolean {
  return column.type.name === 'VARCHAR' || isSemiStructured(column.type);
}

function columnTexts(
  chunk: DuckDBDataChunk,
  index: number,
  isFloat: boolean,
): readonly (string | null)[] {
  return chunk.getColumnValues(index).map((value) => {
    if (value === null || typeof value === 'string') return value;
    if (isFloat && typeof value === 'number') return unloadedFloat(value);
    throw new Error(`column ${index} of an unload was not rendered to text`);
  });
}

/** The query with every column as the text that goes into the file; FLOAT stays a number. */
function renderedQuery(query: CompiledQuery, format: CsvFormat, session: EngineSession): string {
  const formats = {
    binary: format.binaryFormat,
    ...(format.dateFormat === undefined ? {} : { date: format.dateFormat }),
    ...(format.timeFormat === undefined ? {} : { time: format.timeFormat }),
    ...(format.timestampFormat === undefined ? {} : { timestamp: format.timestampFormat }),
  };
  const list = query.columns.map((column) => {
    const physical = `"${column.physical.replaceAll('"', '""')}"`;
    if (column.type.name === 'FLOAT') return physical;
    if (column.type.name === 'NULL') return `CAST(NULL AS VARCHAR)`;
    if (column.type.name === 'VECTOR') throw unsupported('unloading a VECTOR column to CSV');
    return session.renderText(physical, column.type, formats);
  });
  return `SELECT ${list.join(', ')} FROM (${query.sql})`;
}

async function* streamChunks(sql: string, source: RecordSource): AsyncGenerator<DuckDBDataChunk> {
  const { session, signal } = source;
  const interrupt = (): void => session.connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const result = await session.connection.stream(sql);
    for (;;) {
      if (signal.aborted) throw cancelled();
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

/**
 * A FLOAT as an unload to CSV writes it: "Snowflake truncates the values to approximately (15,9)"
 * (Data unloading considerations, "Floating-point number truncation"): 15 digits in all, 9 of them
 * after the point. Whoever needs all digits renders them in the query.
 */
export function unloadedFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const rounded = Number(value.toPrecision(15));
  const magnitude = Math.abs(rounded);
  if (magnitude >= 1e15) return exponential(rounded);
  return trimZeros(rounded.toFixed(9));
}

function trimZeros(text: string): string {
  let end = text.length;
  while (text[end - 1] === '0') end -= 1;
  if (text[end - 1] === '.') end -= 1;
  const trimmed = text.slice(0, end);
  return trimmed === '-0' ? '0' : trimmed;
}

/** `1e+20`: at least two digits of exponent, as C prints it. */
function exponential(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e');
  const sign = exponent?.startsWith('-') === true ? '-' : '+';
  return `${mantissa}e${sign}${(exponent ?? '').slice(1).padStart(2, '0')}`;
}
