import { text } from 'node:stream/consumers';

import type { ChunkPlan, ExtractMode, WholeSource } from '@snowmelt/core';
import { fastClock, testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const silence = { kind: 'delay', ms: 60_000 } as const;
const idleTimeout = 1500;
/** What is given up at once may take two tries and the waits between them. */
const soon = 9000;

describe('P8: a peer that gives no answer is given up within the stated time', () => {
  let snowflake: TestSnowflake;
  let source: WholeSource;
  const context = () => testContext({ clock: fastClock(20) });
  const table = () =>
    tablePlan({
      source: { database: 'SHOP_1', schema: 'SALES', name: 'T' },
      columns: [pair('ID', { kind: 'decimal', precision: 38, scale: 0 })],
      snapshot: { pinned: false, reason: 'off' },
      read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 1e6 },
    });

  beforeAll(async () => {
    snowflake = await startSnowflake({ longPollSeconds: 0.3, results: { inlineRows: 0 } });
    await snowflake.createDatabase();
    await snowflake.run(
      `CREATE TABLE SHOP_1.SALES.T AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 5000))`,
    );
  });
  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await snowflake[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await source?.[Symbol.asyncDispose]();
    snowflake.emulator.faults.clear();
    source = snowflake.source({ idleTimeout, connectTimeout: 1000, tries: 2 });
  });

  async function timed<T>(work: Promise<T>): Promise<{ error: unknown; ms: number }> {
    const start = Date.now();
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, ms: Date.now() - start };
  }

  async function open(extract: ExtractMode) {
    const plan = { ...table(), extract };
    const chunks: ChunkPlan[] = [];
    for await (const chunk of source.plan(plan, context())) {
      if (chunk.kind === 'load') chunks.push(chunk);
      else chunks.push(...(await Array.fromAsync(source.extracts.extract(plan, chunk, context()))));
    }
    return () => source.open(plan, chunks[0]!, context());
  }

  it('the login', async () => {
    snowflake.emulator.faults.add({ ...silence, match: { endpoint: 'login' } });
    const { error, ms } = await timed(source.ping(context()));
    expect(error).toMatchObject({ code: 'SOURCE.UNREACHABLE' });
    expect(ms).toBeLessThan(soon);
  });

  it('the request of a statement, which is tried again', async () => {
    snowflake.emulator.faults.add({
      ...silence,
      times: 9,
      match: { endpoint: 'query', sqlIncludes: 'CURRENT_VERSION' },
    });
    const { error, ms } = await timed(source.ping(context()));
    expect(error).toMatchObject({ code: 'SOURCE.NETWORK', message: /no answer for 1\.5 s/u });
    expect(ms).toBeLessThan(soon);
    snowflake.emulator.faults.clear();
    snowflake.emulator.faults.add({ ...silence, match: { sqlIncludes: 'CURRENT_VERSION' } });
    expect(await source.ping(context())).toContain('MOVER');
  });

  it('the poll for a result of which the server says nothing either', async () => {
    const match = { sqlIncludes: 'CURRENT_VERSION' };
    snowflake.emulator.faults.add({ kind: 'slow-statement', ms: 30_000, times: 9, match });
    for (const endpoint of ['result', 'monitoring'] as const) {
      snowflake.emulator.faults.add({ ...silence, times: 99, match: { endpoint } });
    }
    const { error, ms } = await timed(source.ping(context()));
    expect(error).toMatchObject({ code: 'SOURCE.NETWORK' });
    expect(ms).toBeLessThan(soon);
  });

  it('but not a statement that the server says is running', async () => {
    const match = { sqlIncludes: 'CURRENT_VERSION' };
    snowflake.emulator.faults.add({ kind: 'slow-statement', ms: 4 * idleTimeout, match });
    expect(await source.ping(context())).toContain('MOVER');
    const runs = snowflake.emulator.stats.statements.filter(({ sql }) =>
      sql.includes('CURRENT_VERSION'),
    );
    expect(runs.at(-1)?.status).toBe('success');
  });

  it('a part of a result', async () => {
    const opened = await open('query');
    snowflake.emulator.faults.add({ ...silence, times: 99, match: { endpoint: 'chunk' } });
    const { error, ms } = await timed(opened().then(({ bytes }) => text(bytes)));
    expect(error).toMatchObject({ code: 'SOURCE.NETWORK', retry: 'chunk' });
    // Four tries, with 1, 2 and 4 seconds between them.
    expect(ms).toBeLessThan(4 * idleTimeout + soon);
  });

  it('a staged file', async () => {
    const opened = await open('unload');
    snowflake.emulator.faults.add({ ...silence, match: { endpoint: 'stage-file' } });
    const { error, ms } = await timed(opened().then(({ bytes }) => text(bytes)));
    expect(error).toMatchObject({ code: 'SOURCE.NETWORK', retry: 'chunk' });
    expect(ms).toBeLessThan(soon);
  });

  it.each(['truncate', 'drop', 'corrupt'] as const)(
    'a part of a result that was damaged on its way (%s) is found at once and read again',
    async (kind) => {
      const opened = await open('query');
      const damage = {
        truncate: { kind, bytes: 100 },
        drop: { kind, afterBytes: 100 },
        corrupt: { kind, at: 100 },
      }[kind] as Parameters<typeof snowflake.emulator.faults.add>[0];
      snowflake.emulator.faults.add({ ...damage, times: 1, match: { endpoint: 'chunk' } });
      const start = Date.now();
      const { bytes } = await opened();
      const lines = await text(bytes);
      expect(lines.split('\n')).toHaveLength(5001);
      expect(Date.now() - start).toBeLessThan(4000);
    },
  );

  it('a part that stands still is given up sooner than Snowflake itself is', async () => {
    await source[Symbol.asyncDispose]();
    source = snowflake.source({ idleTimeout: 60_000, downloadTimeout: 500, tries: 1 });
    const opened = await open('query');
    snowflake.emulator.faults.add({ ...silence, times: 1, match: { endpoint: 'chunk' } });
    const { error, ms } = await timed(opened().then(({ bytes }) => text(bytes)));
    expect(error).toBeUndefined();
    expect(ms).toBeLessThan(soon);
  });

  it('P4: a stop does not wait for any of it', async () => {
    for (const endpoint of ['query', 'result', 'monitoring', 'login'] as const) {
      snowflake.emulator.faults.add({ ...silence, times: 99, match: { endpoint } });
    }
    const stop = new AbortController();
    const reason = new Error('stopped');
    const working = timed(source.ping(testContext({ signal: stop.signal })));
    setTimeout(() => stop.abort(reason), 300);
    const { error } = await working;
    const start = Date.now();
    await source[Symbol.asyncDispose]();
    expect(error).toBe(reason);
    expect(Date.now() - start).toBeLessThan(5000);
  });
});

describe('every statement is tried again where its failure passes', () => {
  let snowflake: TestSnowflake;
  beforeAll(async () => {
    snowflake = await startSnowflake();
    await snowflake.createDatabase();
    await snowflake.run('CREATE TABLE SHOP_1.SALES.T (ID NUMBER(38,0) PRIMARY KEY)');
  });
  afterAll(() => snowflake[Symbol.asyncDispose]());

  const table = tablePlan({
    source: { database: 'SHOP_1', schema: 'SALES', name: 'T' },
    snapshot: { pinned: false, reason: 'off' },
  });
  const works: Readonly<Record<string, (source: WholeSource) => Promise<unknown>>> = {
    ping: (source) => source.ping(testContext({ clock: fastClock(100) })),
    describe: (source) => source.describe(table.source, testContext({ clock: fastClock(100) })),
    pin: (source) => source.pins.pin(testContext({ clock: fastClock(100) })),
    count: (source) => source.count(table, testContext({ clock: fastClock(100) })),
    digest: (source) => source.digests.digest(table, testContext({ clock: fastClock(100) })),
    release: (source) =>
      source.extracts.release(
        table.run,
        [{ ...table, extract: 'unload' }],
        testContext({ clock: fastClock(100) }),
      ),
  };

  it.each(Object.keys(works))('%s', async (name) => {
    const again = { kind: 'fail-statement', code: '000610', message: 'Try again later.' } as const;
    // One failure of each statement that it makes, whatever they are.
    snowflake.emulator.faults.add({
      ...again,
      probability: 0.3,
      match: { sqlMatches: '^(?!ALTER)' },
    });
    try {
      await using source = snowflake.source({ tries: 10 });
      await works[name]?.(source);
    } finally {
      snowflake.emulator.faults.clear();
    }
    snowflake.emulator.faults.add({ ...again, times: 50, match: { sqlMatches: '^(?!ALTER)' } });
    await using source = snowflake.source({ tries: 2 });
    await expect(works[name]?.(source)).rejects.toMatchObject({ message: /Try again later/u });
    snowflake.emulator.faults.clear();
  });

  it('a server that goes away in the middle is not the end', async () => {
    await using source = snowflake.source({ tries: 3 });
    await source.ping(testContext());
    for (const endpoint of ['query', 'login'] as const) {
      snowflake.emulator.faults.add({ kind: 'expired-session', match: { endpoint } });
    }
    snowflake.emulator.faults.add({
      kind: 'http-status',
      status: 503,
      match: { endpoint: 'query' },
    });
    expect(await source.ping(testContext({ clock: fastClock(100) }))).toContain('MOVER');
  });
});
