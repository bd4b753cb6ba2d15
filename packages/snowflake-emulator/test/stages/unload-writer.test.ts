import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { unloadedName, unloadPrefix } from '../../src/stages/copy-unload.ts';
import { blockOfRecords, cutBlock } from '../../src/stages/record-block.ts';
import { unloadedFloat } from '../../src/stages/unload-records.ts';
import { UnloadWriter, type UnloadWriterOptions } from '../../src/stages/unload-writer.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'unload-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const options = (more: Partial<UnloadWriterOptions>): UnloadWriterOptions => ({
  directory: join(root, 'unload'),
  compression: 'NONE',
  maxFileSize: 1_000_000,
  single: false,
  header: undefined,
  threads: 3,
  signal: new AbortController().signal,
  ...more,
});

const block = (...records: string[]) => blockOfRecords(records, '\n');

describe('UnloadWriter', () => {
  test('one block makes one file; blocks go to the writers in turn', async () => {
    await using writer = new UnloadWriter(options({}));
    for (const text of ['a', 'b', 'c', 'd']) await writer.write(block(text, text));
    const files = await writer.finish();
    expect(files.map(({ thread, part, rows }) => [thread, part, rows])).toEqual([
      [0, 0, 4],
      [1, 0, 2],
      [2, 0, 2],
    ]);
    expect(await readFile(files[0]?.path ?? '', 'utf8')).toBe('a\na\nd\nd\n');
  });

  test('a file that has reached MAX_FILE_SIZE is followed by the next part', async () => {
    await using writer = new UnloadWriter(options({ threads: 1, maxFileSize: 10 }));
    await writer.write(block('123456', '789012', '345678'));
    await writer.write(block('x'));
    const files = await writer.finish();
    const texts = await Promise.all(files.map((file) => readFile(file.path, 'utf8')));
    expect(texts.join('')).toBe('123456\n789012\n345678\nx\n');
    expect(files.length).toBeGreaterThan(1);
    expect(files.map((file) => file.part)).toEqual(files.map((_, i) => i));
  });

  test.each([
    ['GZIP', zlib.gunzipSync],
    ['DEFLATE', zlib.inflateSync],
    ['RAW_DEFLATE', zlib.inflateRawSync],
    ['BROTLI', zlib.brotliDecompressSync],
    ['ZSTD', zlib.zstdDecompressSync],
  ] as const)('%s: the bytes come back, size and MD5 are those of the file', async (kind, back) => {
    await using writer = new UnloadWriter(options({ compression: kind, threads: 1 }));
    const text = randomBytes(400_000).toString('hex');
    await writer.write(block(text, 'last'));
    const [file] = await writer.finish();
    const bytes = await readFile(file?.path ?? '');
    expect(back(bytes).toString()).toBe(`${text}\nlast\n`);
    expect(file).toMatchObject({
      rows: 2,
      bytesIn: text.length + 6,
      bytesOut: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
    });
  });

  test('a header opens every file and is no row', async () => {
    const header = Buffer.from('H\n');
    await using writer = new UnloadWriter(options({ header, threads: 2 }));
    await writer.write(block('a'));
    await writer.write(block('b'));
    const files = await writer.finish();
    const texts = await Promise.all(files.map((file) => readFile(file.path, 'utf8')));
    expect(texts).toEqual(['H\na\n', 'H\nb\n']);
    expect(files.map((file) => file.rows)).toEqual([1, 1]);
  });

  test('no rows make no file', async () => {
    await using writer = new UnloadWriter(options({}));
    expect(await writer.finish()).toEqual([]);
  });

  test('SINGLE refuses what outgrows MAX_FILE_SIZE', async () => {
    await using writer = new UnloadWriter(options({ single: true, maxFileSize: 10 }));
    const write = async () => {
      for (let i = 0; i < 100; i += 1) await writer.write(block('x'.repeat(100_000)));
    };
    await expect(write()).rejects.toThrow(/Max file size \(10\) exceeded/);
  });

  test('a failed unload leaves nothing', async () => {
    {
      await using writer = new UnloadWriter(options({}));
      await writer.write(block('a'));
    }
    expect(await readdir(root)).toEqual([]);
  });

  test('an abort stops a writer that waits', async () => {
    const abort = new AbortController();
    await using writer = new UnloadWriter(options({ threads: 1, signal: abort.signal }));
    await writer.write(block('a'));
    abort.abort();
    await expect(writer.finish()).rejects.toThrow(/abort/);
  });
});

describe('cutBlock', () => {
  test('cuts at record ends, loses nothing, and gives a record larger than the limit its own piece', () => {
    const whole = block('aa', 'bb', 'c'.repeat(20), 'dd', 'ee', 'ff');
    const pieces = [...cutBlock(whole, 7)];
    expect(pieces.map((piece) => piece.bytes.toString())).toEqual([
      'aa\nbb\n',
      `${'c'.repeat(20)}\n`,
      'dd\nee\n',
      'ff\n',
    ]);
    expect(pieces.map((piece) => piece.ends.at(-1))).toEqual(pieces.map((p) => p.bytes.length));
  });
});

describe('names', () => {
  const naming = {
    path: 'run/t/',
    single: false,
    compression: 'GZIP',
    fileExtension: undefined,
    queryId: undefined,
  } as const;

  test('data_0_<thread>_<part>.csv.gz in a path that ends in a slash', () => {
    expect(unloadedName(naming, 3, 1)).toBe('run/t/data_0_3_1.csv.gz');
    expect(unloadedName({ ...naming, path: '' }, 0, 0)).toBe('data_0_0_0.csv.gz');
  });

  test('any other path is the prefix', () => {
    expect(unloadedName({ ...naming, path: 'run/t' }, 0, 2)).toBe('run/t_0_0_2.csv.gz');
  });

  test('INCLUDE_QUERY_ID puts the id after the prefix', () => {
    const queryId = '01b2c3d4-0000-1111-2222-333344445555';
    expect(unloadedName({ ...naming, queryId }, 6, 0)).toBe(`run/t/data_${queryId}_000_6_0.csv.gz`);
  });

  test('SINGLE takes the path as the name, or data, without any extension', () => {
    expect(unloadedName({ ...naming, single: true }, 0, 0)).toBe('run/t/data');
    expect(unloadPrefix({ ...naming, single: true, path: 'u7/out.csv' })).toBe('u7/out.csv');
  });

  test('FILE_EXTENSION takes the place of .csv, the compression follows', () => {
    expect(unloadedName({ ...naming, compression: 'NONE', fileExtension: '.dat' }, 0, 0)).toBe(
      'run/t/data_0_0_0.dat',
    );
    expect(unloadedName({ ...naming, fileExtension: '.dat' }, 0, 0)).toBe(
      'run/t/data_0_0_0.dat.gz',
    );
    expect(unloadedName({ ...naming, fileExtension: '.csv.gz' }, 0, 0)).toBe(
      'run/t/data_0_0_0.csv.gz',
    );
  });
});

test.each([
  [Math.PI, '3.141592654'],
  [1.5, '1.5'],
  [0, '0'],
  [-0, '0'],
  [-1e-10, '0'],
  [123456789012345.67, '123456789012346'],
  [1e15, '1e+15'],
  [1.2345678901234567e300, '1.23456789012346e+300'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-inf'],
])('a FLOAT is cut to about (15,9): %d', (value, text) => {
  expect(unloadedFloat(value)).toBe(text);
});
