import { aroundCalls } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { bePresent, signOfThisProcess } from '../../src/engine/table/presence.ts';
import { SnowmeltError } from '../../src/index.ts';
import { job, rowsOf, run } from './engine-world.ts';
import { fastContext, help, processOf, worldOf } from './processes.ts';

/** Resolves with the id of the run once it is open, from the observer of its owner. */
function whenOpened() {
  const opened = Promise.withResolvers<string>();
  return {
    id: opened.promise,
    observer: { runOpened: ({ id }: { id: string }) => opened.resolve(id) },
  };
}

describe.each(['query', 'unload'] as const)(
  'several processes on one run, read by %s',
  (extract) => {
    it('P2: every chunk is read once, the helper does some, and the owner publishes', async () => {
      const world = worldOf(['A', 200], ['B', 40]);
      const jobs = [job('A', { extract }), job('B', { extract })];
      const owner = processOf(world);
      const helper = processOf(world);
      const { id, observer } = whenOpened();
      // The owner's first chunk takes until the helper has done some.
      const helped = Promise.withResolvers<void>();
      const read = owner.source.open.bind(owner.source);
      owner.source.open = async (...args) => {
        await helped.promise;
        return read(...args);
      };
      const running = run(jobs, owner, { observer });
      const helping = help(jobs, await id, helper, {
        observer: { chunkLoaded: () => helped.resolve() },
      });
      const [report, helpReport] = await Promise.all([running, helping]);
      expect(report.status).toBe('completed');
      expect(helpReport).toMatchObject({ run: report.run, status: 'completed' });
      expect(helpReport.chunks).toBeGreaterThan(0);
      expect(helpReport).not.toHaveProperty('report');
      expect(world.targetRows('A')).toEqual(rowsOf(200));
      expect(world.targetRows('B')).toEqual(rowsOf(40));
      const reads = [owner, helper].map(({ source }) => [...source.opened.values()]).flat();
      expect(reads.reduce((sum, count) => sum + count, 0)).toBe(
        report.tables.reduce((sum, { chunks }) => sum + chunks, 0),
      );
    });

    it('P4: the owner dies: one of two helpers goes on as the owner, and it is published once', async () => {
      const world = worldOf(['A', 200]);
      const jobs = [job('A', { extract, mode: 'swap' })];
      const { id, observer } = whenOpened();
      const owner = processOf(world);
      const dies = Promise.withResolvers<void>();
      let dead = false;
      const untilDead = <T extends object>(adapter: T): T =>
        aroundCalls(adapter, (name, call) => {
          if (name === 'load') dies.resolve();
          return dead || name === 'load' ? new Promise(() => undefined) : call();
        });
      const [target, status] = [untilDead(owner.target), untilDead(owner.status)];
      const dying = { source: owner.source, target, status };
      const published: string[] = [];
      const helpers = [processOf(world), processOf(world)].map(({ target: theirs, ...rest }) => ({
        ...rest,
        target: aroundCalls(theirs, (name, call) => {
          if (name === 'publish') published.push(name);
          return call();
        }),
      }));
      void run(jobs, dying, { observer }).catch(() => undefined);
      const runId = await id;
      await dies.promise;
      const helping = helpers.map((adapters) => help(jobs, runId, adapters));
      dead = true;
      await owner.status[Symbol.asyncDispose]();
      const reports = await Promise.all(helping);
      expect(reports.map(({ status }) => status)).toEqual(['completed', 'completed']);
      expect(reports.filter(({ report }) => report !== undefined)).toHaveLength(1);
      expect(published).toEqual(['publish']);
      expect(world.targetRows('A')).toEqual(rowsOf(200));
    });
  },
);

describe('a helper', () => {
  const jobs = [job('A')];

  /** A run whose owner stands still at its first chunks; ended after the test. */
  async function standingRun(world = worldOf(['A', 100])) {
    const owner = processOf(world);
    const { id, observer } = whenOpened();
    const stop = new AbortController();
    const loading = Promise.withResolvers<void>();
    owner.target.load = (_plan, _chunk, _open, { signal }) => {
      loading.resolve();
      return new Promise((_resolve, reject) => {
        // oxlint-disable-next-line prefer-promise-reject-errors -- the signal's own reason
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    const running = run(jobs, owner, { observer, signal: stop.signal });
    const end = async () => {
      stop.abort(new SnowmeltError('RUN.STOPPED', 'enough'));
      return running;
    };
    await loading.promise;
    return { world, owner, run: await id, end };
  }

  it.each([
    ['RUN.OTHER_CONFIG', [job('A', { hash: 'edited' })]],
    ['RUN.OTHER_CONFIG', [job('B')]],
  ] as const)(
    '%s: is refused where its tables are others, and helps with the same ones',
    async (code, others) => {
      const standing = await standingRun();
      const { world, run: id, end } = standing;
      await expect(help(others, id, processOf(world))).rejects.toMatchObject({ code });
      expect(processOf(world).source.opened.size).toBe(0);
      const helping = help(jobs, id, processOf(world));
      await end();
      expect(await helping).toMatchObject({ status: 'partial' });
    },
  );

  it('RUN.OTHER_VERSION: is refused where it knows other plans, until the run has its own', async () => {
    const { world, run: id, end } = await standingRun();
    const state = world.state.run(id);
    state.planFormat = 999;
    await expect(help(jobs, id, processOf(world))).rejects.toMatchObject({
      code: 'RUN.OTHER_VERSION',
      message: expect.stringContaining('format 999'),
    });
    await end();
    expect((await run(jobs, processOf(world))).status).toBe('completed');
  });

  it('P1: a chunk that fails with a helper fails the table by its own cause', async () => {
    const { world, owner, run: id, end } = await standingRun();
    const helper = processOf(world);
    helper.target.load = async () => {
      throw new SnowmeltError('TARGET.ROW_REJECTED', 'row 3 is refused');
    };
    const helping = help(jobs, id, helper);
    const failed = () => world.state.table(id, 'A').chunks;
    await expect
      .poll(() => [...failed().values()].filter(({ state }) => state === 'failed').length)
      .toBe(7);
    expect(await owner.status.lease(id, 'A', 'nobody')).toEqual({ kind: 'wait' });
    await end();
    await helping;
    // The next owner opens them again; a helper that fails with its last ones is told of by it.
    const second = processOf(world);
    const again = await run(jobs, second);
    expect(again.status).toBe('completed');
  });

  it('P1: the owner tells of chunks that others have failed with', async () => {
    const world = worldOf(['A', 100]);
    const owner = processOf(world);
    const { status } = owner;
    const lease: typeof status.lease = async (id, table, worker) => {
      const answer = await status.lease(id, table, worker);
      if (answer.kind !== 'lease' || worker.endsWith('elsewhere')) return answer;
      const theirs = await status.lease(id, table, `${worker}/elsewhere`);
      if (theirs.kind === 'lease') {
        const error = 'TARGET.ROW_REJECTED: row 3 is refused';
        await status.record(theirs.lease, { type: 'failed', error });
      }
      return answer;
    };
    const report = await run(jobs, { ...owner, status: { ...status, lease } });
    const [table] = report.tables;
    expect(table?.status).toBe('failed');
    expect(table?.error?.code).toBe('RUN.CHUNKS_FAILED');
    expect(table?.error?.message).toMatch(
      /^\d+ chunks failed: TARGET.ROW_REJECTED: row 3 is refused$/u,
    );
    expect((await run(jobs, processOf(world))).status).toBe('completed');
  });

  it('gives a chunk back where it meets what is wrong with itself alone, and ends', async () => {
    const { world, run: id, end } = await standingRun();
    const helper = processOf(world);
    helper.source.open = async () => {
      throw new SnowmeltError('SOURCE.AUTH_FAILED', 'no such password');
    };
    await expect(help(jobs, id, helper)).rejects.toMatchObject({ code: 'SOURCE.AUTH_FAILED' });
    const states = [...world.state.table(id, 'A').chunks.values()].map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(['leased', 'planned']));
    await end();
  });

  it('drops what it has of a table that is begun anew, and works by the new plan', async () => {
    const { world, run: id, end } = await standingRun();
    const helper = processOf(world);
    const looks: string[] = [];
    const status = aroundCalls(helper.status, (name, call) => {
      if (name === 'look') looks.push(name);
      return call();
    });
    const helperId = () => [...world.state.run(id).workers.values()].at(-1)?.id ?? 'nobody';
    const held = Promise.withResolvers<void>();
    const inHand = Promise.withResolvers<void>();
    const read = helper.source.open.bind(helper.source);
    helper.source.open = async (...args) => {
      inHand.resolve();
      await held.promise;
      return read(...args);
    };
    const helping = help(jobs, id, { ...helper, status });
    await inHand.promise;
    const store = processOf(world).status;
    const before = [...world.state.table(id, 'A').chunks.values()].map(({ plan }) => plan);
    await store.recordTable(id, 'A', { type: 'restarted' });
    // Planned anew, and not made ready yet.
    await store.addChunks(id, 'A', before);
    held.resolve();
    const { length: seen } = looks;
    await expect.poll(() => looks.length).toBeGreaterThan(seen + 3);
    const states = [...world.state.table(id, 'A').chunks.values()].map(
      ({ worker }) => worker ?? '',
    );
    expect(states.filter((worker) => worker.startsWith(helperId()))).toEqual([]);
    await store.recordTable(id, 'A', { type: 'restarted' });
    const report = await end();
    expect(report.stopped).toBe(true);
    expect(await helping).toMatchObject({ status: 'partial' });
    expect(world.state.table(id, 'A').chunks.size).toBe(0);
    expect((await run(jobs, processOf(world))).status).toBe('completed');
    expect(world.targetRows('A')).toEqual(rowsOf(100));
  });

  it('is in the totals that the owner tells, of all processes', async () => {
    const world = worldOf(['A', 100]);
    const owner = processOf(world);
    const { id, observer } = whenOpened();
    const totals: number[] = [];
    const told = Promise.withResolvers<void>();
    const load = owner.target.load.bind(owner.target);
    owner.target.load = async (...args) => {
      await told.promise;
      return load(...args);
    };
    const tableTotals = (_key: string, { rows }: { rows: number }): void => {
      totals.push(rows);
      if (rows > 0) told.resolve();
    };
    const running = run(jobs, owner, { observer: { ...observer, tableTotals } });
    const { rows } = await help(jobs, await id, processOf(world));
    expect((await running).status).toBe('completed');
    expect(rows).toBeGreaterThan(0);
    expect(Math.max(...totals)).toBeGreaterThanOrEqual(10);
  });

  it('is seen with its last sign of life, beside the owner, until it leaves', async () => {
    const { world, run: id, end } = await standingRun();
    const helping = help(jobs, id, processOf(world));
    const workers = () => processOf(world).status.sharing?.workers(id);
    await expect.poll(async () => (await workers())?.length).toBe(2);
    expect(await workers()).toMatchObject([
      { isOwner: true, pid: process.pid, version: '' },
      { isOwner: false, version: '1.2.3' },
    ]);
    await end();
    const { worker } = await helping;
    const gone = (await workers())?.find(({ id: one }) => one === worker);
    expect(gone?.endedAt).toBeInstanceOf(Date);
  });

  it('says what its log tells that it waits for', async () => {
    const { world, run: id, end } = await standingRun();
    const { status } = processOf(world);
    const context = { ...fastContext(), waitsFor: () => 'a lock: COPY into s.a' };
    const sign = signOfThisProcess('1.2.3');
    const presence = await bePresent(id, sign, { status, context });
    const seen = (await status.sharing?.workers(id))?.find((one) => one.id === sign.id);
    expect(seen?.waitsFor).toBe('a lock: COPY into s.a');
    await presence[Symbol.asyncDispose]();
    await end();
  });
});
