import type { Target } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { failureCases } from '../../src/conformance/target/failure-cases.ts';
import { loadCases } from '../../src/conformance/target/load-cases.ts';
import { prepareCases } from '../../src/conformance/target/prepare-cases.ts';
import { publishCases } from '../../src/conformance/target/publish-cases.ts';
import { valueCases } from '../../src/conformance/target/value-cases.ts';
import { MemoryDatabase, memoryTarget } from '../../src/index.ts';
import { failingCases } from './failing-cases.ts';

const groups = [prepareCases, loadCases, valueCases, failureCases, publishCases];

/** What the suite says of a target with a defect. */
function failures(defect: (target: Target, database: MemoryDatabase) => Partial<Target>) {
  return failingCases(groups, () => {
    const database = new MemoryDatabase();
    const open = async () => {
      const target = memoryTarget({ database });
      return { ...target, ...defect(target, database) };
    };
    return {
      open,
      ref: (name) => ({ database: 'shop', schema: 'public', name }),
      readRows: async (ref, columns) => database.rows(ref, columns).map((row) => [...row]),
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
}

it('lets a sound target pass', async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

it('catches a target that loads a chunk again', async () => {
  let nth = 0;
  const found = await failures((target) => ({
    load: (plan, chunk, open, context) => {
      nth += 1;
      return target.load(plan, { ...chunk, id: `${chunk.id}-${nth}` }, open, context);
    },
  }));
  expect(found).toContain('P2: a chunk that the ledger has is not opened again, in any process');
  expect(found).toContain('P2: two processes load the same chunk at once: it lands once');
});

it('catches a target that opens before it looks at the ledger', async () => {
  const found = await failures((target) => ({
    load: async (plan, chunk, open, context) => {
      const stream = await open();
      return target.load(plan, chunk, async () => stream, context);
    },
  }));
  expect(found).toContain('P2: a chunk that the ledger has is not opened again, in any process');
});

it('catches a target that does not count', async () => {
  const found = await failures((target) => ({
    load: (plan, chunk, open, context) =>
      target.load(plan, chunk, async () => ({ bytes: (await open()).bytes }), context),
  }));
  expect(found).toEqual([
    'P1: fewer rows than announced are rolled back',
    'P1: more rows than announced are rolled back',
    'P1: rows where none was announced are rolled back',
  ]);
});

it('catches a target that empties at every prepare', async () => {
  const found = await failures((target, database) => ({
    prepare: async (plan, context) => {
      await target.prepare(plan, context);
      if (plan.mode === 'truncate') {
        database.createTable(plan.target, database.schema(plan.target)!.columns);
      }
    },
  }));
  expect(found).toContain(
    'P1: truncate does not empty again when the run goes on in another process',
  );
  expect(found).toContain(
    'P1: two tables of a run into one target: the second does not empty the first',
  );
});

it('catches a target that never empties', async () => {
  const found = await failures((target) => ({
    prepare: (plan, context) => target.prepare({ ...plan, mode: 'append' }, context),
  }));
  expect(found).toEqual(['truncate: empties the table once a run, and again in a new run']);
});

it('catches a target that keeps the rows of a broken stream', async () => {
  const found = await failures((target, database) => ({
    load: async (plan, chunk, open, context) => {
      try {
        return await target.load(plan, chunk, open, context);
      } catch (error) {
        database.insertRows(plan.target, [plan.columns.map(() => null)]);
        throw error;
      }
    },
  }));
  expect(found).toContain('P2: a stream that breaks leaves nothing; its error is passed on');
  expect(found).toContain('P4: an abort in mid-stream leaves nothing and closes the stream');
});

it('catches a target that takes NULL for the empty string', async () => {
  const found = await failures((target, database) => ({
    load: async (plan, chunk, open, context) => {
      const receipt = await target.load(plan, chunk, open, context);
      const { columns } = database.schema(plan.target)!;
      const rows = database.rows(plan.target).map((row) => row.map((field) => field ?? ''));
      database.createTable(plan.target, columns);
      database.insertRows(plan.target, rows);
      return receipt;
    },
  }));
  expect(found).toContain('P1: NULL and the empty string are two things');
});

it('catches a target whose ledger forgets', async () => {
  const found = await failures(() => ({ receipts: async () => [] }));
  expect(found).toContain('load: rows and receipt, with rows and bytes counted');
});
