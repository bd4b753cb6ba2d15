import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WireRow } from '../../src/engine/contract.ts';
import { defaultResultLayout } from '../../src/server/emulator-options.ts';
import { spoolRows } from '../../src/server/spool-rows.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'spool-rows-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const layout = { ...defaultResultLayout, inlineRows: 0, chunkRows: 10 };
const never = new AbortController().signal;

/** Batches of 7 rows; `taken` counts those asked for. */
function source(batches: number, failAt = Number.POSITIVE_INFINITY) {
  const state = { taken: 0 };
  async function* rows(): AsyncGenerator<readonly WireRow[]> {
    for (; state.taken < batches; state.taken += 1) {
      if (state.taken === failAt) throw new Error('The engine failed.');
      yield Array.from({ length: 7 }, (_, row) => [`${state.taken}.${row}`, null]);
    }
  }
  return { rows: rows(), state };
}

it('cuts batches where chunks end, and counts every row', async () => {
  const spooled = await spoolRows(source(5).rows, path.join(scratch, 'whole'), layout, never);
  expect(spooled.chunks.map((chunk) => chunk.rowCount)).toEqual([10, 10, 10, 5]);
  expect(spooled).toMatchObject({ total: 35, inline: '' });
});

it('makes no file for a result that fits into the reply', async () => {
  const directory = path.join(scratch, 'inline');
  const spooled = await spoolRows(source(1).rows, directory, defaultResultLayout, never);
  expect(JSON.parse(`[${spooled.inline}]`)).toHaveLength(7);
  expect(spooled.chunks).toEqual([]);
  expect(await readdir(scratch)).not.toContain('inline');
});

it('gives up with the error of the engine, and keeps no file', async () => {
  const directory = path.join(scratch, 'failed');
  const { rows } = source(50, 40);
  await expect(spoolRows(rows, directory, layout, never)).rejects.toThrow('The engine failed.');
  expect(await readdir(scratch)).not.toContain('failed');
});

it('stops taking rows when it is interrupted', async () => {
  const { rows, state } = source(1000);
  const interrupted = AbortSignal.abort();
  await expect(spoolRows(rows, path.join(scratch, 'x'), layout, interrupted)).rejects.toThrow();
  expect(state.taken).toBeLessThan(2);
});

it('fails when the disk does', async () => {
  const directory = path.join('/dev/null', 'nowhere');
  await expect(spoolRows(source(5).rows, directory, layout, never)).rejects.toThrow('ENOTDIR');
});
