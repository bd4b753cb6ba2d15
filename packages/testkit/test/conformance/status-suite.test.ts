import type { StatusStore } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { chunkCases } from '../../src/conformance/status/chunk-cases.ts';
import { claimCases } from '../../src/conformance/status/claim-cases.ts';
import { leaseCases } from '../../src/conformance/status/lease-cases.ts';
import { runCases } from '../../src/conformance/status/run-cases.ts';
import { summaryCases } from '../../src/conformance/status/summary-cases.ts';
import { supersededCases } from '../../src/conformance/status/superseded-cases.ts';
import { tableCases } from '../../src/conformance/status/table-cases.ts';
import { manualClock } from '../../src/context.ts';
import { memoryStatusStore, MemoryStatusState } from '../../src/memory.ts';
import { failingCases } from './failing-cases.ts';

const groups = {
  runCases,
  claimCases,
  supersededCases,
  tableCases,
  leaseCases,
  chunkCases,
  summaryCases,
};

/** What the suite says of a store with a defect. */
function failures(
  defect: (store: StatusStore, state: MemoryStatusState) => Partial<StatusStore>,
): Promise<string[]> {
  return failingCases(groups, () => {
    const clock = manualClock();
    const state = new MemoryStatusState();
    return {
      leaseMilliseconds: 60_000,
      open: async () => {
        const store = memoryStatusStore({ clock, state, leaseMilliseconds: 60_000 });
        return { ...store, ...defect(store, state) };
      },
      crash: async (store) => {
        await store[Symbol.asyncDispose]();
      },
      passTime: async (milliseconds) => clock.advance(milliseconds),
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
}

it('lets a sound store pass', async () => {
  expect(await failures(() => ({}))).toEqual([]);
});

it('catches a store that does not fence', async () => {
  const found = await failures((store, state) => ({
    record: (lease, event) => {
      const chunk = state.table(lease.run, lease.table).chunks.get(lease.chunk.id)!;
      const { generation, worker = '' } = chunk;
      return store.record({ ...lease, generation, worker }, event);
    },
  }));
  expect(found).toContain('P2: a stale lease renews nothing and records nothing');
  expect(found).toContain('P2: the worker of a dead owner, alive after all, is refused');
});

it('catches a store that hands a chunk out twice', async () => {
  const found = await failures((store, state) => ({
    lease: async (run, table, worker) => {
      const before = structuredClone(state.table(run, table).chunks);
      await new Promise((resolve) => setImmediate(resolve));
      state.table(run, table).chunks = before;
      return store.lease(run, table, worker);
    },
  }));
  expect(found).toContain('P2: 20 workers in 4 processes, no chunk twice, none forgotten');
});

it('catches a store whose leases never run out', async () => {
  const found = await failures((store, state) => ({
    lease: async (run, table, worker) => {
      const answer = await store.lease(run, table, worker);
      const chunks = state.table(run, table).chunks.values();
      for (const chunk of chunks) chunk.deadline = new Date('9999-01-01');
      return answer;
    },
  }));
  expect(found).toContain('P4: a lease that ran out is handed on, with a higher generation');
});

it('catches a store that lets two runs have a table', async () => {
  const found = await failures((store, state) => ({
    openRun: (request) => {
      state.claims.clear();
      return store.openRun(request);
    },
  }));
  expect(found.filter((title) => title.startsWith('TABLE_BUSY'))).toHaveLength(3);
  expect(found).toContain('of ten processes that open the same table at once, one does');
});

it('catches a store that keeps the last snapshot', async () => {
  const found = await failures((_, state) => ({
    keepSnapshot: async (run, snapshot) => (state.run(run).snapshot = snapshot),
  }));
  expect(found).toEqual(['P3: the first snapshot kept wins, also after a resume']);
});

it('catches a store that adds a chunk twice', async () => {
  const found = await failures((store) => ({
    addChunks: (run, table, chunks) =>
      store.addChunks(
        run,
        table,
        chunks.map((chunk) => ({ ...chunk, id: `${chunk.id}${Math.random()}` })),
      ),
  }));
  expect(found).toContain('addChunks: the same id is added once, whatever its state');
});

it('catches a store that keeps the plan of a changed table', async () => {
  const found = await failures((store) => ({
    openRun: (request) =>
      store.openRun({
        ...request,
        tables: request.tables.map((table) => ({ ...table, hash: 'ever the same' })),
      }),
  }));
  expect(found).toEqual([
    'P1: a newer run has loaded a table that this one would load anew',
    'P1: a table whose hash changed loses its plan and its chunks',
  ]);
});

it('catches a store that says done while chunks are in other hands', async () => {
  const found = await failures((store) => ({
    lease: async (run, table, worker) => {
      const answer = await store.lease(run, table, worker);
      return answer.kind === 'wait' ? { kind: 'done' } : answer;
    },
  }));
  expect(found).toContain('lease: wait while chunks are in other hands, done when none is');
});
