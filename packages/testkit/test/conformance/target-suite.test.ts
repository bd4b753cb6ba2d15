import type { MergePlan, TablePlan } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { targetFailures } from './target-failures.ts';

it('lets a sound target pass', async () => {
  expect(await targetFailures(() => ({}))).toEqual([]);
});

it('catches a target that loads a chunk again', async () => {
  let nth = 0;
  const found = await targetFailures((target) => ({
    load: (plan, chunk, open, context) => {
      nth += 1;
      return target.load(plan, { ...chunk, id: `${chunk.id}-${nth}` }, open, context);
    },
  }));
  expect(found).toContain('P2: a chunk that the ledger has is not opened again, in any process');
  expect(found).toContain('P2: two processes load the same chunk at once: it lands once');
});

it('catches a target that opens before it looks at the ledger', async () => {
  const found = await targetFailures((target) => ({
    load: async (plan, chunk, open, context) => {
      const stream = await open();
      return target.load(plan, chunk, async () => stream, context);
    },
  }));
  expect(found).toContain('P2: a chunk that the ledger has is not opened again, in any process');
});

it('catches a target that does not count', async () => {
  const found = await targetFailures((target) => ({
    load: (plan, chunk, open, context) =>
      target.load(plan, chunk, async () => ({ bytes: (await open()).bytes }), context),
  }));
  expect(found).toEqual([
    'P1: fewer rows than announced are rolled back',
    'P1: more rows than announced are rolled back',
    'P1: rows where none was announced are rolled back',
    'P5: swap leaves the old rows where a chunk fails',
  ]);
});

it('catches a target that takes each run for the base of changes', async () => {
  let newest: string | undefined;
  const found = await targetFailures((target) => ({
    prepare: async (plan, context) => {
      newest = plan.snapshot.pinned ? plan.snapshot.at : newest;
      return target.prepare(plan, context);
    },
    changes: { ...target.changes, heldSnapshot: async () => newest },
  }));
  expect(found).toContain(
    'P1: the snapshot that is held is that of the last run that was published',
  );
  expect(found).toContain(
    'P1: nothing is held of another feed, filter or columns, or after other loads',
  );
});

it('catches a target that empties at every prepare', async () => {
  const found = await targetFailures((target, database) => ({
    prepare: async (plan, context) => {
      const receipt = await target.prepare(plan, context);
      if (plan.mode === 'truncate') {
        database.createTable(plan.target, database.schema(plan.target)!.columns);
      }
      return receipt;
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
  const found = await targetFailures((target) => ({
    prepare: (plan, context) =>
      target.prepare(plan.mode === 'truncate' ? { ...plan, mode: 'append' } : plan, context),
  }));
  expect(found).toEqual([
    'truncate: empties the table once a run, and again in a new run',
    'P1: truncate restarts: each row is there once, however the chunks are cut now',
    'P4: truncate: one run after the other, and one of them again',
  ]);
});

it('catches a target that keeps the rows of a broken stream', async () => {
  const found = await targetFailures((target, database) => ({
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
  const found = await targetFailures((target, database) => ({
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
  const found = await targetFailures(() => ({ receipts: async () => [] }));
  expect(found).toContain('load: rows and receipt, with rows and bytes counted');
});

it('catches a target that overwrites whatever is newer', async () => {
  const found = await targetFailures((target) => ({
    load: (whole, ...rest) => {
      const { watermark: _watermark, ...plan } = whole as MergePlan;
      return target.load(plan, ...rest);
    },
  }));
  expect(found).toContain(
    'upsert: an older row, one as old, and one without watermark change nothing',
  );
  expect(found).toContain('upsert: of a key that comes twice in a batch the newest lands');
});

it('catches a target that takes insert-only for upsert, and the other way round', async () => {
  const modes = { upsert: 'insert-only', 'insert-only': 'upsert' } as const;
  for (const [mode, other] of Object.entries(modes)) {
    const found = await targetFailures((target) => ({
      load: (plan, ...rest) =>
        target.load(
          { ...plan, mode: plan.mode === mode ? other : plan.mode } as TablePlan,
          ...rest,
        ),
    }));
    expect(found.length).toBeGreaterThan(0);
  }
});

it('catches a target that adds what it should merge', async () => {
  const found = await targetFailures((target) => ({
    load: (plan, ...rest) => target.load({ ...plan, mode: 'append', keyColumns: [] }, ...rest),
  }));
  expect(found).toContain('upsert: a newer row replaces the stored one, a new key is added');
  expect(found).toContain('P1: a row whose key is NULL is refused, as no key would find it again');
});

it('catches a target that believes the newest row of a run that did not finish', async () => {
  const found = await targetFailures((target) => ({
    watermarks: {
      newest: async (...asked) => {
        const { unfinished: _unfinished, ...rest } = await target.watermarks.newest(...asked);
        return rest;
      },
    },
  }));
  expect(found).toEqual([
    'P1: an incremental load after it has no bound: its rows say nothing of those before',
    'P1: while a run is unfinished the newest row says nothing of those it did not load',
  ]);
});

it('catches a target that shows the rows of a swap too early', async () => {
  const found = await targetFailures((target) => {
    const early = (plan: TablePlan): TablePlan =>
      plan.mode === 'swap' ? { ...plan, mode: 'truncate', emptiesOthers: false } : plan;
    return {
      prepare: (plan, context) => target.prepare(early(plan), context),
      load: (plan, chunk, open, context) => target.load(early(plan), chunk, open, context),
      publish: (plan, context) => target.publish(early(plan), context),
    };
  });
  expect(found).toEqual([
    'P1: swap restarts: each row is there once, however the chunks are cut now',
    'P5: swap shows the old rows until publish, then all new ones and no others',
    'P5: swap leaves the old rows where a chunk fails',
  ]);
});

it('catches a target that swaps again', async () => {
  let nth = 0;
  const found = await targetFailures((target) => ({
    publish: (plan, context) => {
      nth += 1;
      return target.publish(
        plan.mode === 'swap' ? { ...plan, key: `again-${nth}` } : plan,
        context,
      );
    },
  }));
  expect(found).toContain('P4: swap goes on in another process, and is done once');
});
