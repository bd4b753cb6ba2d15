import { Readable } from 'node:stream';

import { type ChunkPlan, type TablePlan, windowOf } from '@snowmelt/core';
import { expect, it } from 'vitest';

import type { SampleTable, SourceHarness } from '../../src/conformance.ts';
import { sourceGroups } from '../../src/conformance/source/source-conformance.ts';
import { wholeHarness } from '../../src/conformance/source/source-harness.ts';
import { testContext } from '../../src/context.ts';
import type { MemoryTable } from '../../src/memory.ts';
import { memorySource, MemoryWarehouse, type MemorySource } from '../../src/memory.ts';
import { failingCases } from './failing-cases.ts';

/** What the suite says of a source with a defect. */
async function failures(
  defect: (source: MemorySource, warehouse: MemoryWarehouse) => Partial<MemorySource>,
): Promise<string[]> {
  const found = await failingCases(sourceGroups, () => {
    const warehouse = new MemoryWarehouse();
    const create = async (table: SampleTable, traits: Partial<MemoryTable>) => {
      const ref = { database: 'SHOP', schema: 'SALES', name: table.name };
      warehouse.createTable({ ...table, ...traits, ref });
      return ref;
    };
    const harness: SourceHarness = {
      extracts: ['query', 'unload'],
      open: async () => {
        const source = memorySource({ warehouse });
        return { ...source, ...defect(source, warehouse) };
      },
      createTable: (table) => create(table, { untracked: true }),
      createTracked: (table) => create(table, {}),
      createUnpinnable: (table) => create(table, { unpinnable: 'it keeps no past' }),
      replaceRows: async (ref, rows) => warehouse.replaceRows(ref, rows),
      [Symbol.asyncDispose]: async () => undefined,
    };
    return wholeHarness(harness);
  });
  return [...new Set(found)];
}

async function* changed(
  chunks: AsyncIterable<ChunkPlan>,
  change: (chunk: ChunkPlan, index: number) => readonly ChunkPlan[],
): AsyncGenerator<ChunkPlan> {
  let index = 0;
  for await (const chunk of chunks) yield* change(chunk, index++);
}

it('lets a sound source pass', async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

it('catches a source that forgets a chunk', async () => {
  const found = await failures((source) => ({
    plan: (plan, context) =>
      changed(source.plan(plan, context), (chunk, index) => (index === 1 ? [] : [chunk])),
  }));
  expect(found).toContain('P1: the chunks are the table, no row twice');
});

it('catches a source that plans a chunk twice', async () => {
  const found = await failures((source) => ({
    plan: (plan, context) =>
      changed(source.plan(plan, context), (chunk) => [chunk, { ...chunk, id: `${chunk.id}x` }]),
  }));
  expect(found).toContain('P1: the chunks are the table, no row twice');
});

it('catches a source whose ids change', async () => {
  const found = await failures((source) => ({
    plan: (plan, context) =>
      changed(source.plan(plan, context), (chunk) => [{ ...chunk, id: crypto.randomUUID() }]),
  }));
  expect(found).toEqual([
    'plan: the same ids in the same order, in every process',
    'P3: the plan of a pinned table is the same after a change',
  ]);
});

it('catches a source that reads the present', async () => {
  const live = (plan: TablePlan): TablePlan => ({
    ...plan,
    snapshot: { pinned: false, reason: 'a defect' },
  });
  const found = await failures((source) => ({
    open: (plan, chunk, context) => source.open(live(plan), chunk, context),
    count: (plan, context) => source.count(live(plan), context),
  }));
  expect(found).toContain('P3: what changes after the pin is not read');
  expect(found).toContain('P3: what changes between planning and opening is not read');
});

it('catches a source whose changes reach up to the present', async () => {
  const late = async (source: MemorySource, plan: TablePlan): Promise<TablePlan> => {
    if (windowOf(plan) === undefined) return plan;
    const { at } = await source.pins.pin(testContext());
    return { ...plan, snapshot: { pinned: true, at } };
  };
  const found = await failures((source) => ({
    async *plan(plan, context) {
      yield* source.plan(await late(source, plan), context);
    },
    open: async (plan, chunk, context) => source.open(await late(source, plan), chunk, context),
  }));
  expect(found).toContain(
    'P1: changes make of the rows of one snapshot those of the next, their number announced',
  );
});

it('catches a source that does not say how many changes come', async () => {
  const found = await failures((source) => ({
    open: async (plan, chunk, context) => {
      const { bytes } = await source.open(plan, chunk, context);
      return { bytes };
    },
  }));
  expect(found).toContain(
    'P1: changes make of the rows of one snapshot those of the next, their number announced',
  );
});

it('catches a source whose changes lack the rows that leave the filter', async () => {
  const found = await failures((source) => ({
    open: async (plan, chunk, context) =>
      windowOf(plan) === undefined || plan.read.filter === undefined
        ? source.open(plan, chunk, context)
        : { bytes: Readable.from([Buffer.from('I,3,name 3,99.00\n')]), expectedRows: 1 },
  }));
  expect(found).toContain('P1: a filter is asked of both sides of a change');
});

it('catches a source that ignores the filter when it counts', async () => {
  const found = await failures((source) => ({
    count: (plan, context) => {
      const { filter: _, ...read } = plan.read;
      return source.count({ ...plan, read }, context);
    },
  }));
  expect(found).toEqual(['filter: the rows that it keeps, counted alike']);
});

it('catches a source that announces other rows than come', async () => {
  const found = await failures((source) => ({
    open: async (plan, chunk, context) => ({
      ...(await source.open(plan, chunk, context)),
      expectedRows: 1,
    }),
  }));
  expect(found).toContain('P1: the chunks are the table, no row twice');
});

it('catches a source that extracts over what it extracted before', async () => {
  const found = await failures((source, warehouse) => ({
    extracts: {
      ...source.extracts,
      extract: (plan, chunk, context) => {
        for (const path of warehouse.stage.keys()) {
          if (path.startsWith(`${plan.run}/`)) warehouse.stage.set(path, []);
        }
        return source.extracts.extract(plan, chunk, context);
      },
    },
  }));
  expect(found).toContain('P1: an extraction that is repeated leaves the earlier one unused');
});

it('catches a source that reads ahead of a slow reader', async () => {
  const found = await failures((source) => ({
    open: async (plan, chunk, context) => {
      const { bytes, ...stream } = await source.open(plan, chunk, context);
      const whole = Buffer.concat(await Array.fromAsync(bytes as AsyncIterable<Buffer>));
      const eager = new Readable({ read: () => undefined });
      eager.push(whole);
      eager.push(Buffer.alloc(0));
      eager.push(null);
      return { ...stream, bytes: eager };
    },
  }));
  expect(found).toContain('P6: a slow reader holds the source back');
});
