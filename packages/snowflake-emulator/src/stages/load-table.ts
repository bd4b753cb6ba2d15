/** The table of texts that staged files are read into before their values are cast. */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';

import { compressionOfBytes, decompressor } from './compression.ts';
import { CsvParser } from './csv-parser.ts';
import type { CsvRecord } from './csv-parser.ts';
import { columnCountMismatch, unsupported } from './errors.ts';
import type { CsvFormat } from './file-format.ts';
import type { StageFile } from './stage-files.ts';

export interface LoadTable extends AsyncDisposable {
  /** Quoted, for DuckDB. */
  readonly name: string;
  /** A column of it, quoted. */
  column(index: number): string;
  /** Reads one file to its end; gives the number of its records. */
  append(file: StageFile, format: CsvFormat, signal: AbortSignal): Promise<number>;
}

export async function createLoadTable(
  connection: DuckDBConnection,
  queryId: string,
  columns: number,
): Promise<LoadTable> {
  const table = `loading_${queryId}`;
  const name = `temp."${table}"`;
  const column = (index: number): string => `"c${index}"`;
  const list = Array.from({ length: columns }, (_, i) => `${column(i)} VARCHAR`);
  await connection.run(`CREATE TEMP TABLE ${name} (${list.join(', ')})`);
  return {
    name,
    column,
    async append(file, format, signal) {
      const appender = await connection.createAppender(table, 'main', 'temp');
      let rows = 0;
      for await (const record of fileRecords(file, format, signal)) {
        rows += 1;
        appendRecord(appender, checkedRecord(record, columns, { file, format, line: rows }));
      }
      appender.closeSync();
      return rows;
    },
    async [Symbol.asyncDispose]() {
      await connection.run(`DROP TABLE IF EXISTS ${name}`);
    },
  };
}

function appendRecord(appender: DuckDBAppender, record: CsvRecord): void {
  for (const value of record) {
    if (value === null) appender.appendNull();
    else appender.appendVarchar(value);
  }
  appender.endRow();
}

interface RecordPlace {
  readonly file: StageFile;
  readonly format: CsvFormat;
  readonly line: number;
}

/** Without ERROR_ON_COLUMN_COUNT_MISMATCH missing fields are NULL, and those too many are dropped. */
function checkedRecord(record: CsvRecord, columns: number, place: RecordPlace): CsvRecord {
  if (record.length === columns) return record;
  if (place.format.errorOnColumnCountMismatch) {
    throw columnCountMismatch(record.length, columns, { name: place.file.name, line: place.line });
  }
  return Array.from({ length: columns }, (_, i) => record[i] ?? null);
}

async function firstBytes({ absolutePath }: StageFile): Promise<Buffer> {
  await using file = await open(absolutePath);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.subarray(0, bytesRead);
}

async function* fileRecords(
  file: StageFile,
  format: CsvFormat,
  signal: AbortSignal,
): AsyncGenerator<CsvRecord> {
  const { compression } = format;
  const kind = compression === 'AUTO' ? compressionOfBytes(await firstBytes(file)) : compression;
  const text = decompressor(kind) ?? new PassThrough();
  text.setEncoding('utf8');
  const read = pipeline(createReadStream(file.absolutePath), text, { signal });
  read.catch(() => undefined);
  const parser = new CsvParser(format);
  let skip = format.skipHeader;
  const take = (records: readonly CsvRecord[]): readonly CsvRecord[] => {
    const rest = records.slice(skip);
    skip -= records.length - rest.length;
    return rest;
  };
  try {
    for await (const piece of text) yield* take(parser.push(String(piece), false));
    await read;
  } catch (error) {
    if (!notDecompressed(error)) throw error;
    // An account's words and code are not known.
    throw unsupported(`loading '${file.name}', which is not ${kind}, or not whole`);
  }
  yield* take(parser.push('', true));
}

/** What zlib, Brotli and Zstandard say of bytes that are none of theirs, or end too early. */
function notDecompressed(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && /^(?:Z_|ERR__|ZSTD_)/.test(String(error.code))
  );
}
