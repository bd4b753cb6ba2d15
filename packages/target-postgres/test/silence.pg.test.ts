import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ChunkStream, WholeTarget } from '@snowmelt/core';
import type { Silence } from '@snowmelt/pg-connection';
import { testContext } from '@snowmelt/testkit/context';
import { startStallProxy, type StallProxy } from '@snowmelt/testkit/network';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const limitMs = 1000;
/** Of a wait: its limit, the look beside, and a machine that does other things as well. */
const soonMs = 8000;
const stopMs = 10_000;

const on = sharedBench({}, async () => {
  await on.sql.query(`CREATE TABLE t (id bigint, name text);
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(3); RETURN NULL; END'`);
  await on.target.prepare(planFor(on.database), testContext());
});
let proxy: StallProxy;
let target: WholeTarget;
let told: Silence[];

beforeEach(async () => {
  proxy = await startStallProxy(on.database);
  told = [];
  target = createPostgresTarget({
    connection: { ...connectionOf(on.database), host: proxy.host, port: proxy.port },
    settings: { connectTimeoutSeconds: 0.6, networkTimeoutSeconds: limitMs / 1000 },
    outageSeconds: 0.5,
    onSilence: (silence) => told.push(silence),
  });
  await target.ping(on.database.database, testContext());
});
afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await on.sql.query('DROP TRIGGER IF EXISTS slow ON t; TRUNCATE t');
});

const rows = csv(Array.from({ length: 200 }, (_, id) => [String(id), 'x'.repeat(200)]));

/** More than the buffers of the system take: some of it is on its way when the line stalls. */
async function* endless(before: () => void): AsyncGenerator<Buffer> {
  for (let block = 0; block < 1000; block += 1) {
    if (block === 20) before();
    yield Buffer.from(rows);
    await sleep(1);
  }
}

function endlessly(before: () => void) {
  return async (): Promise<ChunkStream> => ({
    bytes: Readable.from(endless(before), { objectMode: false }),
  });
}

let chunks = 0;
const freshChunk = () => chunkOf(`c${(chunks += 1)}`);

interface Stalled {
  readonly code: string;
  readonly work: (signal: AbortSignal) => Promise<unknown>;
}

const load = (open: () => Promise<ChunkStream>, signal: AbortSignal) =>
  target.load(planFor(on.database), freshChunk(), open, testContext({ signal }));

/** Every wait for the server, each with a line that stalls in it. */
const waits: Readonly<Record<string, Stalled>> = {
  'target.connect': {
    code: 'TARGET.UNREACHABLE',
    work: async (signal) => {
      proxy.end('cut');
      proxy.stall('all');
      return target.ping(on.database.database, testContext({ signal }));
    },
  },
  'target.statement': {
    code: 'TARGET.UNREACHABLE',
    work: async (signal) => {
      proxy.stall('all');
      return target.describe(planFor(on.database).target, testContext({ signal }));
    },
  },
  'target.copy': {
    code: 'TARGET.SILENT',
    work: (signal) =>
      load(
        endlessly(() => proxy.stall('all')),
        signal,
      ),
  },
  'target.copy, before it has begun': {
    code: 'TARGET.SILENT',
    work: (signal) => {
      proxy.trip({ way: 'to', at: 'FROM STDIN', end: 'stall' });
      return load(opening(rows), signal);
    },
  },
  'target.commit': {
    code: 'TARGET.SILENT',
    work: (signal) => {
      proxy.trip({ way: 'to', at: 'COMMIT', end: 'stall' });
      return load(opening(rows), signal);
    },
  },
};

async function timed(work: Promise<unknown>) {
  const start = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

describe('P8: a server behind a line that has stalled is given up, with a code', () => {
  it.each(Object.entries(waits))('%s', async (_name, { code, work }) => {
    const { error, ms } = await timed(work(new AbortController().signal));
    expect(error).toMatchObject({ code, fix: expect.any(String) as string });
    expect(ms).toBeLessThan(soonMs);
  });

  it.each(Object.entries(waits))('%s: a stop does not wait for it', async (_name, { work }) => {
    const stop = new AbortController();
    const reason = new Error('stopped');
    const working = timed(work(stop.signal));
    await sleep(300);
    const start = performance.now();
    stop.abort(reason);
    const { error } = await working;
    await target[Symbol.asyncDispose]();
    expect(error).toBe(reason);
    expect(performance.now() - start).toBeLessThan(stopMs);
  });

  it('with its place, what the server says of it, and no session left that holds locks', async () => {
    const { error } = await timed(
      load(
        endlessly(() => proxy.stall('these')),
        new AbortController().signal,
      ),
    );
    expect(error).toMatchObject({
      code: 'TARGET.SILENT',
      retry: 'chunk',
      place: { chunk: expect.any(String) as string, table: 'table-1' },
      message:
        /COPY: PostgreSQL gave no sign for [\d.]+ s, the server says: active, waits for Client\/ClientRead/,
    });
    const sessions = `SELECT pid FROM pg_stat_activity WHERE application_name = 'snowmelt run-1 load'`;
    const left = async () => (await on.sql.query(sessions)).rows;
    await vi.waitFor(async () => expect(await left()).toEqual([]), { timeout: 5000 });
    expect(told).toMatchObject([{ what: 'COPY', says: 'active, waits for Client/ClientRead' }]);
  });

  it('work outside of a chunk is done on a new connection', async () => {
    proxy.stall('these');
    expect(await target.ping(on.database.database, testContext())).toContain('PostgreSQL');
  });
});

describe('what takes its time is no silence', () => {
  it('a statement that the server shows at work is waited for, and told', async () => {
    await on.sql.query('CREATE TRIGGER slow AFTER INSERT ON t EXECUTE FUNCTION slow()');
    expect(await load(opening(rows), new AbortController().signal)).toMatchObject({ rows: 200 });
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told[0]).toMatchObject({ what: 'COPY', says: 'active, waits for Timeout/PgSleep' });
  });

  it('a statement of a role that has no connection left to look on', async () => {
    await on.sql.query(`CREATE ROLE narrow LOGIN SUPERUSER PASSWORD 'narrow';
      ALTER ROLE narrow NOSUPERUSER CONNECTION LIMIT 1; GRANT pg_write_all_data TO narrow;
      GRANT ALL ON ALL TABLES IN SCHEMA public, snowmelt TO narrow; GRANT USAGE ON SCHEMA snowmelt TO narrow;
      CREATE TRIGGER slow AFTER INSERT ON t EXECUTE FUNCTION slow()`);
    await using narrow = createPostgresTarget({
      connection: { ...connectionOf(on.database), user: 'narrow', password: 'narrow' },
      settings: { networkTimeoutSeconds: limitMs / 1000 },
      maxConnections: 1,
      schemaOwners: [on.database.user],
      onSilence: (silence) => told.push(silence),
    });
    const plan = planFor(on.database);
    expect(await narrow.load(plan, freshChunk(), opening(rows), testContext())).toMatchObject({
      rows: 200,
    });
    expect(told[0]).toMatchObject({ says: 'no connection is left to ask on' });
    await on.sql.query('DROP OWNED BY narrow; DROP ROLE narrow');
  });

  it('a COPY whose source is slow', async () => {
    const slowly = async function* () {
      yield Buffer.from(rows);
      await sleep(3 * limitMs);
      yield Buffer.from(rows);
    };
    const open = async () => ({ bytes: Readable.from(slowly(), { objectMode: false }) });
    expect(await load(open, new AbortController().signal)).toMatchObject({ rows: 400 });
    expect(told).toEqual([]);
  });

  it('a wait for a lock', async () => {
    await on.sql.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const loading = load(opening(rows), new AbortController().signal);
    await sleep(3 * limitMs);
    await on.sql.query('ROLLBACK');
    expect(await loading).toMatchObject({ rows: 200 });
    expect(told[0]).toMatchObject({ says: 'active, waits for Lock/relation' });
  });
});
