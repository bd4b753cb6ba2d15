import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'vitest';

import { testContext } from '../../context/test-context.ts';
import { needing } from '../cases.ts';
import { rejection } from '../expect-failure.ts';
import { sampleRows, sorted } from '../sample-plan.ts';
import type { ModeCase, ModeCases } from './mode-cases.ts';
import {
  cutBy,
  firstLoadChunk,
  loadChunks,
  ordersTable,
  planChunks,
  planOf,
  readChunk,
  readChunks,
  readTable,
} from './read-table.ts';

const rows = sampleRows(0, 57);

/** Chunks: how they are named, opened, opened again and given up. */
export const chunkCases: ModeCases = {
  'plan: the same ids in the same order, in every process': async (harness, extract) => {
    const source = await harness.open();
    const plan = cutBy(await planOf(source, await ordersTable(harness), extract), 'ID');
    const first = await planChunks(source, plan);
    expect(new Set(first.map(({ id }) => id)).size).toBe(first.length);
    const ids = first.map(({ id }) => id);
    expect((await planChunks(source, plan)).map(({ id }) => id)).toEqual(ids);
    const other = await harness.open();
    expect((await planChunks(other, plan)).map(({ id }) => id)).toEqual(ids);
  },

  'plan: a table larger than a batch gives several load chunks': async (harness, extract) => {
    const source = await harness.open();
    const plan = cutBy(await planOf(source, await ordersTable(harness), extract), 'ID');
    if (extract === 'query') expect((await loadChunks(source, plan)).length).toBeGreaterThan(1);
    for (const chunk of await loadChunks(source, plan)) expect(chunk.kind).toBe('load');
  },

  'P4: a chunk opens again, in any process, with the same rows': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const other = await harness.open();
    for (const chunk of await loadChunks(source, plan)) {
      const first = sorted(await readChunk(source, plan, chunk));
      expect(sorted(await readChunk(source, plan, chunk))).toEqual(first);
      expect(sorted(await readChunk(other, plan, chunk))).toEqual(first);
    }
  },

  'P4: a chunk that was given up in its middle opens again whole': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const chunks = await loadChunks(source, plan);
    for (const chunk of chunks) {
      const { bytes } = await source.open(plan, chunk, testContext());
      bytes.on('error', () => undefined);
      bytes.destroy();
    }
    expect(sorted(await readChunks(source, plan, chunks))).toEqual(sorted(rows));
  },

  'all chunks at once': async (harness, extract) => {
    const source = await harness.open();
    const plan = cutBy(await planOf(source, await ordersTable(harness), extract), 'ID');
    const chunks = await loadChunks(source, plan);
    const read = await Promise.all(chunks.map((chunk) => readChunk(source, plan, chunk)));
    expect(sorted(read.flat())).toEqual(sorted(rows));
  },

  'P1: an extraction that is repeated leaves the earlier one unused': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const other = await harness.open();
    const read: (string | null)[][] = [];
    for (const chunk of await planChunks(source, plan)) {
      if (chunk.kind === 'load') {
        read.push(...(await readChunk(source, plan, chunk)));
        continue;
      }
      const earlier = await Array.fromAsync(source.extracts.extract(plan, chunk, testContext()));
      const later = await Array.fromAsync(other.extracts.extract(plan, chunk, testContext()));
      const once = await readChunks(source, plan, later);
      expect(sorted(await readChunks(source, plan, earlier))).toEqual(sorted(once));
      read.push(...once);
    }
    expect(sorted(read)).toEqual(sorted(rows));
  },

  'P4: an extraction that was given up in its middle can be repeated': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    for (const chunk of await planChunks(source, plan)) {
      if (chunk.kind === 'load') continue;
      for await (const first of source.extracts.extract(plan, chunk, testContext())) {
        expect(first.kind).toBe('load');
        break;
      }
    }
    expect(sorted(await readTable(source, plan))).toEqual(sorted(rows));
  },

  'P4: after an abort nothing is begun': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const chunk = await firstLoadChunk(source, plan);
    const aborted = testContext({ signal: AbortSignal.abort(new Error('stopped')) });
    await rejection(Array.fromAsync(source.plan(plan, aborted)));
    const opened = async () => {
      const stream = await source.open(plan, chunk, aborted);
      return Array.fromAsync(stream.bytes);
    };
    await rejection(opened());
  },

  'P6: a slow reader holds the source back': async (harness, extract) => {
    const long = 'x'.repeat(4000); // 8 MB in all.
    const halfOfIt = 4_000_000;
    const wide = Array.from({ length: 2000 }, (_, index) => [String(index), long, '0.00']);
    const source = await harness.open();
    const planned = await planOf(source, await ordersTable(harness, wide), extract);
    const plan = { ...planned, read: { ...planned.read, batchRows: 10_000 } };
    const chunk = await firstLoadChunk(source, plan);
    const before = harness.produced?.() ?? 0;
    const { bytes } = await source.open(plan, chunk, testContext());
    const reader: AsyncIterator<Buffer> = bytes[Symbol.asyncIterator]();
    const first = await reader.next();
    await sleep(200);
    const received = first.done === true ? 0 : first.value.length;
    expect(received + bytes.readableLength).toBeLessThan(halfOfIt);
    expect((harness.produced?.() ?? before) - before).toBeLessThan(halfOfIt);
    await reader.return?.();
    expect(bytes.destroyed).toBe(true);
  },
};

/** Chunks that are loaded in pieces. */
export const divideCases: ModeCases = needing<ModeCase>(['divides'], {
  'P1: the pieces of a chunk are its rows, none twice, in any process': async (
    harness,
    extract,
  ) => {
    const source = await harness.open();
    const lines = sampleRows(0, 57).map(([id, , amount]) => [id, `"a"\n,${id}\n`, amount]);
    const plan = await planOf(source, await ordersTable(harness, lines as typeof rows), extract);
    const other = await harness.open();
    for (const chunk of await loadChunks(source, plan)) {
      const whole = await readChunk(source, plan, chunk);
      const pieces = await other.divides.divide(plan, chunk, 4, testContext());
      expect(pieces.length).toBe(Math.min(4, whole.length));
      const smaller = await Promise.all(
        pieces.map((piece) => source.divides.divide(plan, piece, 3, testContext())),
      );
      const ids = [chunk, ...pieces, ...smaller.flat()].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const parts of [pieces, smaller.flat()]) {
        const read = await Promise.all(parts.map((part) => readChunk(other, plan, part)));
        expect(sorted(read.flat())).toEqual(sorted(whole));
        expect(parts.map(({ expectedRows }) => expectedRows)).toEqual(read.map((p) => p.length));
      }
    }
  },
});

/** What an extraction leaves at the source. */
export const releaseCases: ModeCases = needing<ModeCase>(['extracts'], {
  'release: idempotent, also for a run that left nothing': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    await loadChunks(source, plan);
    await source.extracts.release(plan.run, [plan], testContext());
    await source.extracts.release(plan.run, [plan], testContext());
    const other = await harness.open();
    await other.extracts.release('run-without-anything', [], testContext());
  },

  'release: what another run left stays': async (harness, extract) => {
    const source = await harness.open();
    const plan = await planOf(source, await ordersTable(harness), extract);
    const other = { ...plan, run: 'run-2' };
    await loadChunks(source, plan);
    const chunks = await loadChunks(source, other);
    await source.extracts.release(plan.run, [plan], testContext());
    expect(sorted(await readChunks(source, other, chunks))).toEqual(sorted(rows));
  },
});
