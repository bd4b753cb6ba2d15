import { Readable } from 'node:stream';

import type { ChunkStream } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, countRows, opening, planFor, type Bench } from '../fixtures.ts';
import { freshBench } from '../use-bench.ts';
import { quarantining, rejectsOf } from './fixtures.ts';

const content = Array.from({ length: 30_000 }, (_, n) =>
  n % 10_000 === 5000 ? 'bad,b\n' : `${n},a\n`,
).join('');

describe('faults in the middle of a chunk with refused rows', () => {
  const on = freshBench({}, async () => {
    await on.target.prepare(plan(), context);
  });
  const context = testContext();
  const plan = () => planFor(on.database, quarantining);
  const load = (open: () => Promise<ChunkStream>, signal = context.signal) =>
    on.target.load(plan(), chunkOf('c1'), open, { ...context, signal });

  async function loadsAgain(): Promise<void> {
    expect(await countRows(on.sql)).toBe(0);
    expect(await rejectsOf(on)).toEqual([]);
    expect(await on.target.receipts(plan(), context)).toEqual([]);
    expect(await load(opening(content, 30_000))).toMatchObject({ rows: 29_997, rejected: 3 });
    expect(await countRows(on.sql)).toBe(29_997);
    expect(await rejectsOf(on)).toHaveLength(3);
  }

  /** Opens whole for COPY; for the second time it does something in the middle. */
  function meddling(meddle: () => Promise<void>) {
    let nth = 0;
    const middle = content.length / 2;
    async function* pieces() {
      yield Buffer.from(content.slice(0, middle));
      await meddle();
      yield Buffer.from(content.slice(middle));
    }
    return async (): Promise<ChunkStream> => {
      nth += 1;
      if (nth === 1) return opening(content)();
      return { bytes: Readable.from(pieces(), { objectMode: false }) };
    };
  }

  it('P2: a session that ends between two blocks leaves nothing', async () => {
    const open = meddling(async () => {
      await on.sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name LIKE 'snowmelt%' AND datname = current_database()`,
      );
    });
    await expect(load(open)).rejects.toMatchObject({ code: 'TARGET.CONNECTION_LOST' });
    await loadsAgain();
  });

  it('P4: a stop in the middle leaves nothing, and closes the stream', async () => {
    const stop = new AbortController();
    const streams: ChunkStream[] = [];
    const open = meddling(async () => stop.abort(new Error('stopped')));
    const watched = async () => {
      const stream = await open();
      streams.push(stream);
      return stream;
    };
    await expect(load(watched, stop.signal)).rejects.toThrow('stopped');
    expect(streams.map(({ bytes }) => bytes.destroyed)).toEqual([true, true]);
    await loadsAgain();
  });

  it('P4: a stop while the source stands still ends the load', async () => {
    const stop = new AbortController();
    const open = meddling(() => {
      setTimeout(() => stop.abort(new Error('stopped')), 50);
      return new Promise(() => undefined);
    });
    await expect(load(open, stop.signal)).rejects.toThrow('stopped');
    await loadsAgain();
  });

  it('P1: a source that breaks when it is read again leaves nothing', async () => {
    const open = meddling(() => Promise.reject(new Error('the source broke')));
    await expect(load(open)).rejects.toThrow('the source broke');
    await loadsAgain();
  });

  it('P1: a stream that is closed before its end is a broken one', async () => {
    let nth = 0;
    const open = async (): Promise<ChunkStream> => {
      nth += 1;
      if (nth === 1) return opening(content)();
      const bytes = new Readable({ read() {} });
      bytes.push('1,a\n');
      setTimeout(() => bytes.destroy(), 20);
      return { bytes };
    };
    await expect(load(open)).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    await loadsAgain();
  });

  it('P2: a second loader waits and finds the chunk done', async () => {
    const gate = Promise.withResolvers<void>();
    const first = load(meddling(() => gate.promise));
    const neverOpened = () => Promise.reject(new Error('opened'));
    const waits = (n: number) => expect.poll(() => waiting(on), { timeout: 10_000 }).toBe(n);
    await expect.poll(() => savepoints(on), { timeout: 10_000 }).toBe(1);
    const second = load(neverOpened);
    await waits(1);
    gate.resolve();
    expect(await first).toMatchObject({ rejected: 3, alreadyLoaded: false });
    expect(await second).toMatchObject({ rows: 29_997, rejected: 3, alreadyLoaded: true });
    expect(await rejectsOf(on)).toHaveLength(3);
  });
});

function waiting({ sql }: Bench): Promise<number> {
  return sessions(sql, `wait_event_type = 'Lock'`);
}

/** Sessions that stand between two blocks. */
function savepoints({ sql }: Bench): Promise<number> {
  return sessions(sql, `state = 'idle in transaction' AND query LIKE '%RELEASE SAVEPOINT%'`);
}

async function sessions(sql: Bench['sql'], condition: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE application_name LIKE 'snowmelt%' AND datname = current_database() AND ${condition}`,
  );
  return rows[0]?.n ?? -1;
}
