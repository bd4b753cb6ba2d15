import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import type { ChunkPlan, ColumnSchema, LogicalType, Source, TableRef } from '@snowmelt/core';
import { z } from 'zod';

import { columns, type RowFiles } from './generate-rows.ts';

/** A source whose load chunks are local gzip files: what is left of a run when the unload is done. */
export function fileSource(files: RowFiles): Source {
  return {
    ping: () => Promise.resolve('files'),
    describe: (ref) => Promise.resolve(schemaOf(ref)),
    pins: {
      pin: () => Promise.resolve({ at: '2026-01-01T00:00:00Z' }),
      unpinnable: () => Promise.resolve(undefined),
    },
    plan: () => chunksOf(files),
    open(_table, chunk) {
      const gunzip = createGunzip({ chunkSize: 256 * 1024 });
      // A fault surfaces on the last stream, which its reader watches.
      pipeline(createReadStream(z.string().parse(chunk.spec['file'])), gunzip, () => undefined);
      return Promise.resolve({ bytes: gunzip, expectedRows: files.rowsPerFile });
    },
    count: () => Promise.resolve(files.rowsPerFile * files.gzip.length),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function* chunksOf(files: RowFiles): AsyncGenerator<ChunkPlan> {
  for (const file of files.gzip) {
    const id = basename(file);
    yield {
      id,
      kind: 'load',
      range: { file: id },
      spec: { file },
      expectedRows: files.rowsPerFile,
    };
  }
}

const logical: Record<(typeof columns)[number][1], LogicalType> = {
  bigint: { kind: 'decimal', precision: 18, scale: 0 },
  'numeric(12,2)': { kind: 'decimal', precision: 12, scale: 2 },
  'numeric(12,4)': { kind: 'decimal', precision: 12, scale: 4 },
  integer: { kind: 'decimal', precision: 9, scale: 0 },
  'double precision': { kind: 'float', bits: 64 },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  'timestamp(6)': { kind: 'timestamp', precision: 6, zone: 'none' },
  'timestamptz(6)': { kind: 'timestamp', precision: 6, zone: 'instant' },
  text: { kind: 'text' },
};

function schemaOf(ref: TableRef) {
  const described = columns.map(([name, type]): ColumnSchema => ({
    name,
    type: logical[type],
    nativeType: type,
    nullable: true,
    hasDefault: false,
    generated: false,
  }));
  return { ref, kind: 'table', columns: described, primaryKey: [] } as const;
}
