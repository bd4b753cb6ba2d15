/** The compressions that Node's zlib has, under Snowflake's names ("COPY INTO <location>"). */

import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

import { invalidValue, unsupported } from './errors.ts';
import { textOption } from './option-list.ts';
import type { OptionMap } from './option-list.ts';

export type Compression = 'NONE' | 'GZIP' | 'DEFLATE' | 'RAW_DEFLATE' | 'BROTLI' | 'ZSTD';

const EXTENSIONS: Readonly<Record<Compression, string>> = {
  NONE: '',
  GZIP: '.gz',
  DEFLATE: '.deflate',
  RAW_DEFLATE: '.raw_deflate',
  BROTLI: '.br',
  ZSTD: '.zst',
};

const NAMES = Object.keys(EXTENSIONS) as readonly Compression[];

/** COMPRESSION of a file format; AUTO where it isn't said. */
export function compressionOf(options: OptionMap): Compression | 'AUTO' {
  const text = textOption(options, 'COMPRESSION')?.toUpperCase() ?? 'AUTO';
  if (text === 'AUTO') return 'AUTO';
  if (text === 'BZ2') throw unsupported('COMPRESSION = BZ2');
  const known = NAMES.find((name) => name === text);
  if (known === undefined) throw invalidValue(text, 'COMPRESSION');
  return known;
}

/**
 * What a file's first bytes say of its compression, whatever its name: AUTO finds all but Brotli and
 * raw Deflate, which begin with nothing of their own.
 * https://docs.snowflake.com/en/sql-reference/sql/copy-into-table, COMPRESSION
 */
export function compressionOfBytes(start: Buffer): Compression {
  const hex = start.toString('hex');
  if (hex.startsWith('1f8b')) return 'GZIP';
  if (hex.startsWith('28b52ffd')) return 'ZSTD';
  if (/^78(?:01|5e|9c|da)/.test(hex)) return 'DEFLATE';
  if (start.toString('latin1').startsWith('BZh')) throw unsupported('a file compressed by BZ2');
  return 'NONE';
}

export function compressionExtension(compression: Compression): string {
  return EXTENSIONS[compression];
}

/**
 * A stream that compresses; undefined for NONE. The fastest level: an unload here is bound by one
 * core, and a file's exact size is nothing that Snowflake promises.
 */
export function compressor(compression: Compression): Transform | undefined {
  const fast = { level: 1, chunkSize: 64 * 1024 };
  switch (compression) {
    case 'NONE':
      return undefined;
    case 'GZIP':
      return zlib.createGzip(fast);
    case 'DEFLATE':
      return zlib.createDeflate(fast);
    case 'RAW_DEFLATE':
      return zlib.createDeflateRaw(fast);
    case 'BROTLI':
      return zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } });
    case 'ZSTD':
      return zlib.createZstdCompress();
  }
}

/** The other way; undefined for NONE. */
export function decompressor(compression: Compression): Transform | undefined {
  switch (compression) {
    case 'NONE':
      return undefined;
    case 'GZIP':
      return zlib.createGunzip();
    case 'DEFLATE':
      return zlib.createInflate();
    case 'RAW_DEFLATE':
      return zlib.createInflateRaw();
    case 'BROTLI':
      return zlib.createBrotliDecompress();
    case 'ZSTD':
      return zlib.createZstdDecompress();
  }
}
