import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** The 16 columns of the measured table: an even mix of what warehouses hold. */
export const columns = [
  ['id', 'bigint'],
  ['customer_id', 'bigint'],
  ['amount', 'numeric(12,2)'],
  ['tax', 'numeric(12,4)'],
  ['quantity', 'integer'],
  ['score', 'double precision'],
  ['active', 'boolean'],
  ['day', 'date'],
  ['created_at', 'timestamp(6)'],
  ['updated_at', 'timestamptz(6)'],
  ['country', 'text'],
  ['city', 'text'],
  ['email', 'text'],
  ['note', 'text'],
  ['reference', 'text'],
  ['optional', 'text'],
] as const;

export interface RowFiles {
  /** gzip, as an unload leaves them. */
  readonly gzip: readonly string[];
  /** The same bytes, plain. */
  readonly plain: readonly string[];
  readonly rowsPerFile: number;
  readonly bytes: number;
}

export interface RowsWanted {
  readonly rows: number;
  readonly files: number;
  /** Rows of each file that no table takes, evenly spread. */
  readonly badRows: number;
}

/** Writes rows as canonical CSV into files of equal length, plain and gzipped. */
export async function generateRows(
  directory: string,
  { rows, files, badRows }: RowsWanted,
): Promise<RowFiles> {
  await mkdir(directory, { recursive: true });
  const rowsPerFile = Math.ceil(rows / files);
  const step = badRows === 0 ? Infinity : Math.floor(rowsPerFile / (badRows + 1));
  const gzip: string[] = [];
  const plain: string[] = [];
  let bytes = 0;
  for (let file = 0; file < files; file += 1) {
    const name = join(directory, `data_0_${file}_0.csv`);
    const lines = Readable.from(batches(file * rowsPerFile, rowsPerFile, step));
    lines.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await Promise.all([
      pipeline(lines, createWriteStream(name)),
      pipeline(lines, createGzip({ level: 1 }), createWriteStream(`${name}.gz`)),
    ]);
    plain.push(name);
    gzip.push(`${name}.gz`);
  }
  return { gzip, plain, rowsPerFile, bytes };
}

function* batches(first: number, count: number, badStep: number): Generator<Buffer> {
  const size = 2000;
  for (let at = 0; at < count; at += size) {
    const lines = Array.from({ length: Math.min(size, count - at) }, (_, n) => {
      const isBad = (at + n + 1) % badStep === 0 && at + n + 1 < count;
      return isBad ? `many${line(first + at + n)}` : line(first + at + n);
    });
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

const cities = ['Zürich', 'São Paulo', 'New York', 'Kraków', 'Tōkyō', 'Lagos', 'Quito', 'Oslo'];
const countries = ['CH', 'BR', 'US', 'PL', 'JP', 'NG', 'EC', 'NO'];

function line(n: number): string {
  // A multiplicative hash: spread, deterministic, and the same on every machine.
  const h = Math.imul(n + 1, 2_654_435_761) >>> 0;
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(h % 24)}:${two((h >>> 5) % 60)}:${two((h >>> 11) % 60)}.${String(h % 1_000_000).padStart(6, '0')}`;
  const day = `20${two(10 + (h % 15))}-${two(1 + ((h >>> 4) % 12))}-${two(1 + ((h >>> 8) % 28))}`;
  return [
    n,
    h % 1_000_000,
    `${h % 100_000}.${two(h % 100)}`,
    `${h % 1000}.${String(h % 10_000).padStart(4, '0')}`,
    h % 500,
    h / 7,
    h % 2 === 0 ? 't' : 'f',
    day,
    `${day}T${time}`,
    `${day}T${time}+00:00`,
    `"${countries[h % 8]}"`,
    `"${cities[(h >>> 3) % 8]}"`,
    `"user${h % 1_000_000}@example.com"`,
    `"order ${h}, with a ""quoted"" word and a comma"`,
    `"REF-${h.toString(16).padStart(8, '0')}"`,
    h % 3 === 0 ? '' : `"opt ${h % 97}"`,
  ].join(',');
}
