import { testContext } from '@snowmelt/testkit/context';
import { expect, it } from 'vitest';

import { settledSource } from '../../src/engine/table/settle-snapshot.ts';
import type { ChunkPlan, Source, TablePlan } from '../../src/index.ts';

const context = testContext();
const chunk = { id: 'c', load: true } as unknown as ChunkPlan;
const told = new Error('not settled');

/** A source that answers whatever it is asked; it must not be asked. */
const eager = {
  plan: async function* () {},
  open: async () => undefined,
  count: async () => 0,
  extracts: { extract: async function* () {} },
  divides: { divide: async () => [] },
  watermarks: { newest: async () => undefined },
  digests: { digest: async () => undefined },
} as unknown as Source;

const reads: readonly [string, (source: Source, table: TablePlan) => Promise<unknown>][] = [
  ['plan', (source, table) => Array.fromAsync(source.plan(table, context))],
  ['open', (source, table) => source.open(table, chunk, context)],
  ['count', (source, table) => source.count(table, context)],
  [
    'extract',
    async (source, table) => {
      if (source.extracts === undefined) throw new TypeError('extracts is lost');
      return Array.fromAsync(source.extracts.extract(table, chunk, context));
    },
  ],
  ['divide', async (source, table) => source.divides?.divide(table, chunk, 2, context)],
  ['newest', async (source, table) => source.watermarks?.newest(table, context)],
  ['digest', async (source, table) => source.digests?.digest(table, context)],
];

it.each(reads)('P3: %s waits until the snapshot point is settled', async (_, read) => {
  const source = settledSource(eager, () => Promise.reject(told));
  const plan = (pinned: boolean) => ({ snapshot: { pinned, at: '' } }) as unknown as TablePlan;
  await expect(read(source, plan(true))).rejects.toBe(told);
  await read(source, plan(false)); // What can't be pinned does not wait.
});
