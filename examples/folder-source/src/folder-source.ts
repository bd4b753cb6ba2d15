import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import {
  encodeCsvRow,
  SnowmeltError,
  type ColumnPair,
  type ColumnSchema,
  type Source,
  type TablePlan,
  type TableRef,
  type TableSchema,
} from '@snowmelt/core/contract';

/** `NAME.json`: what the table is. Its rows are in `NAME.jsonl`. */
interface Description {
  readonly columns: readonly ColumnSchema[];
  readonly primaryKey: readonly string[];
}

/** A line of `NAME.jsonl`: the fields by their columns, as canonical CSV writes their text. */
type Line = Readonly<Record<string, string | null>>;

/** Where a chunk lies in the file, and which file that was when it was planned. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly version: string;
}

/** Tables as files: `FOLDER/DATABASE/SCHEMA/NAME.json` and `.jsonl`. */
export function folderSource(folder: string): Source {
  const fileOf = ({ database, schema, name }: TableRef, ending: string): string =>
    join(folder, ...[database, schema, name].map(encodeURIComponent)) + ending;
  const rowsOf = ({ source }: TablePlan): string => fileOf(source, '.jsonl');

  return {
    ping: async () => `the folder ${folder}, ${(await stat(folder)).mtime.toISOString()}`,
    describe: (ref) => describe(ref, fileOf(ref, '.json')),

    async *plan(table, { signal }) {
      const file = rowsOf(table);
      const version = await versionOf(file);
      let [start, end, first, rows] = [0, 0, 0, 0];
      const chunk = () => ({
        id: `rows-${first}`,
        kind: 'load' as const,
        range: { from: first, to: first + rows },
        spec: { start, end, version },
        expectedRows: rows,
      });
      for await (const line of linesOf(file)) {
        signal.throwIfAborted();
        rows += 1;
        end = line.end;
        if (rows < table.read.batchRows) continue;
        yield chunk();
        [start, first, rows] = [end, first + rows, 0];
      }
      signal.throwIfAborted();
      if (rows > 0) yield chunk();
    },

    async open(table, chunk, { signal }) {
      signal.throwIfAborted();
      const { start, end, version } = chunk.spec as unknown as Piece;
      const file = rowsOf(table);
      if ((await versionOf(file)) !== version) {
        const message = `${table.source.name} was written to since its chunks were planned`;
        throw new SnowmeltError('SOURCE.RESULT_EXPIRED', message);
      }
      const bytes = Readable.from(csvOf(file, { start, end: end - 1 }, table.columns), {
        objectMode: false,
      });
      const { expectedRows } = chunk;
      return { bytes, ...(expectedRows === undefined ? {} : { expectedRows }) };
    },

    count: (table) => countLines(rowsOf(table)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const _line of linesOf(file)) lines += 1;
  return lines;
}

async function describe(ref: TableRef, file: string): Promise<TableSchema> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', `there is no ${file}`, { cause });
  });
  const { columns, primaryKey } = JSON.parse(text) as Description;
  return { ref, kind: 'table', columns, primaryKey };
}

async function versionOf(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${mtimeMs}`;
}

/** The plan's columns of these lines, as canonical CSV. */
async function* csvOf(
  file: string,
  range: { readonly start: number; readonly end: number },
  columns: readonly ColumnPair[],
): AsyncGenerator<Buffer> {
  for await (const { text } of linesOf(file, range)) {
    const line = JSON.parse(text) as Line;
    const fields = columns.map((pair) => cut(line[pair.source.name] ?? null, pair));
    yield Buffer.from(`${encodeCsvRow(fields)}\n`);
  }
}

/** Never rounded: the digits of a second that the target does not keep are left out. */
function cut(text: string | null, { fractionDigits: keeps }: ColumnPair): string | null {
  if (text === null || keeps === undefined) return text;
  return text.replace(/\.(\d+)/u, (_all, digits: string) =>
    keeps === 0 ? '' : `.${digits.slice(0, keeps)}`,
  );
}

/** The lines of a file, each with the place of the next one; never more than a piece in memory. */
async function* linesOf(file: string, range: { start?: number; end?: number } = {}) {
  let place = range.start ?? 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of createReadStream(file, range) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, piece]);
    let from = 0;
    for (let lf = bytes.indexOf(10); lf !== -1; lf = bytes.indexOf(10, from)) {
      yield { text: bytes.toString('utf8', from, lf), end: place + lf + 1 };
      from = lf + 1;
    }
    place += from;
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) throw new SnowmeltError('SOURCE.STREAM_BROKEN', `${file} ends in a line`);
}
