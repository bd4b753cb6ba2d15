import { gzipSync, createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { SnowmeltError, type ChunkStream } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { bench, chunkOf, countRows, csv, opening, planFor, type Bench } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

describe('load', () => {
  const on = sharedBench();
  const context = testContext();
  beforeEach(async () => {
    await on.sql.query('DROP TABLE IF EXISTS public.t; DROP SCHEMA IF EXISTS snowmelt CASCADE');
  });

  async function prepared(parts: Parameters<typeof planFor>[1] = {}) {
    const plan = planFor(on.database, parts);
    await on.target.prepare(plan, context);
    return plan;
  }
  const rows = [
    ['1', 'a'],
    ['2', ''],
    ['3', null],
  ];

  it('P2: rows and ledger row land together, and a second load opens nothing', async () => {
    const plan = await prepared();
    const first = await on.target.load(plan, chunkOf('c1'), opening(csv(rows), 3), context);
    expect(first).toEqual({ chunk: 'c1', rows: 3, bytes: 12, alreadyLoaded: false });
    const neverOpened = () => Promise.reject(new Error('opened'));
    const second = await on.target.load(plan, chunkOf('c1'), neverOpened, context);
    expect(second).toEqual({ ...first, alreadyLoaded: true });
    expect(await on.target.receipts(plan, context)).toEqual([second]);
    const { rows: stored } = await on.sql.query('SELECT id, name FROM t ORDER BY id');
    expect(stored).toEqual([
      { id: '1', name: 'a' },
      { id: '2', name: '' },
      { id: '3', name: null },
    ]);
  });

  it('P4: a loader that is frozen in mid-chunk is ended by whoever has the lease after it', async () => {
    const plan = await prepared();
    const frozen = new Readable({ read() {} });
    frozen.push('1,a\n');
    const begun = Promise.withResolvers<void>();
    const standing = async (): Promise<ChunkStream> => {
      begun.resolve();
      return { bytes: frozen };
    };
    const first = on.target.load(plan, chunkOf('c1'), standing, context);
    const ended = expect(first).rejects.toMatchObject({ code: expect.stringMatching(/^TARGET/u) });
    await begun.promise;
    const second = await on.target.load(plan, chunkOf('c1'), opening(csv(rows), 3), context);
    expect(second).toMatchObject({ rows: 3, alreadyLoaded: false });
    await ended;
    expect(await countRows(on.sql)).toBe(3);
  }, 20_000);

  it('P2: of two loaders at once one waits at the ledger key and finds the chunk done', async () => {
    const plan = await prepared();
    const opened: string[] = [];
    const gate = Promise.withResolvers<void>();
    const slow = async (): Promise<ChunkStream> => {
      opened.push('open');
      await gate.promise;
      return opening(csv(rows))();
    };
    const both = [1, 2].map(() => on.target.load(plan, chunkOf('c1'), slow, context));
    await expect.poll(() => waiting(on), { timeout: 10_000 }).toBe(1);
    gate.resolve();
    const receipts = await Promise.all(both);
    expect(receipts.filter(({ alreadyLoaded }) => alreadyLoaded)).toHaveLength(1);
    expect(opened).toHaveLength(1);
    expect(await countRows(on.sql)).toBe(3);
  });

  it('P2: where the first loader fails, the one that waits loads', async () => {
    const plan = await prepared();
    const gate = Promise.withResolvers<never>();
    // Once it opens its source, the ledger key is its own.
    const begun = Promise.withResolvers<void>();
    const open = () => {
      begun.resolve();
      return gate.promise;
    };
    const failing = on.target.load(plan, chunkOf('c1'), open, context);
    const failure = expect(failing).rejects.toThrow('no source');
    await begun.promise;
    const second = on.target.load(plan, chunkOf('c1'), opening(csv(rows)), context);
    await expect.poll(() => waiting(on), { timeout: 10_000 }).toBe(1);
    gate.reject(new SnowmeltError('SOURCE.NETWORK', 'no source'));
    await failure;
    expect(await second).toMatchObject({ rows: 3, alreadyLoaded: false });
    expect(await countRows(on.sql)).toBe(3);
  });

  it('P1: rows counted that are not those announced leave nothing', async () => {
    const plan = await prepared();
    const load = on.target.load(plan, chunkOf('c1'), opening(csv(rows), 4), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.ROW_COUNT_MISMATCH',
      retry: 'chunk',
      place: { run: 'run-1', table: 'table-1', chunk: 'c1' },
    });
    expect(await countRows(on.sql)).toBe(0);
    expect(await on.target.receipts(plan, context)).toEqual([]);
  });

  it('P1: a stream that ends within a row leaves nothing', async () => {
    const plan = await prepared();
    const load = on.target.load(plan, chunkOf('c1'), opening('1,a\n2,beginni'), context);
    await expect(load).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P1: the error of a source that breaks is thrown, not the COPY error that follows', async () => {
    const plan = await prepared();
    const broken = new SnowmeltError('SOURCE.NETWORK', 'storage hung up');
    async function* pieces() {
      yield Buffer.from('1,a\n');
      throw broken;
    }
    const open = async () => ({ bytes: Readable.from(pieces(), { objectMode: false }) });
    const load = on.target.load(plan, chunkOf('c1'), open, context);
    await expect(load).rejects.toMatchObject({
      code: 'SOURCE.NETWORK',
      message: 'storage hung up',
    });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P1: a stream that is closed before its end is a broken one', async () => {
    const plan = await prepared();
    const bytes = new Readable({ read() {} });
    bytes.push('1,a\n');
    setTimeout(() => bytes.destroy(), 50);
    const load = on.target.load(plan, chunkOf('c1'), async () => ({ bytes }), context);
    await expect(load).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P1: a cut gzip stream leaves nothing', async () => {
    const plan = await prepared();
    const gzip = gzipSync(csv(Array.from({ length: 50_000 }, (_, n) => [`${n}`, `row ${n}`])));
    const open = async () => ({
      bytes: Readable.from([gzip.subarray(0, gzip.length / 2)]).pipe(createGunzip()),
    });
    const load = on.target.load(plan, chunkOf('c1'), open, context);
    await expect(load).rejects.toThrow('unexpected end of file');
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P8: a refused row names table, line and column', async () => {
    const plan = await prepared();
    const load = on.target.load(plan, chunkOf('c1'), opening('1,a\nx,b\n'), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      retry: 'never',
      message: expect.stringMatching(
        /bigint: "…".*table public\.t, line 2 of the chunk, column id/,
      ),
      place: { chunk: 'c1', column: 'id' },
    });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('a refused row far into a large stream ends the stream', async () => {
    const plan = await prepared();
    let produced = 0;
    async function* pieces() {
      for (; produced < 2000; produced += 1) {
        // As what comes over a network: the server's answer is read between two pieces.
        await nextTurn();
        yield Buffer.from('1,a\n'.repeat(20_000));
      }
    }
    async function* withFault() {
      yield Buffer.from('1,a\n'.repeat(100_000));
      yield Buffer.from('x,a\n');
      yield* pieces();
    }
    const bytes = Readable.from(withFault(), { objectMode: false });
    const load = on.target.load(plan, chunkOf('c1'), async () => ({ bytes }), context);
    await expect(load).rejects.toMatchObject({ code: 'TARGET.ROW_REJECTED' });
    expect(bytes.destroyed).toBe(true);
    expect(produced).toBeLessThan(2000);
    expect(await idle(on)).toBe(0);
    // The connection is usable: the next load goes over it.
    await on.target.load(plan, chunkOf('c2'), opening(csv(rows)), context);
    expect(await countRows(on.sql)).toBe(3);
  });

  it('NOT NULL, key, length and NUL violations are refused rows', async () => {
    await on.sql.query('CREATE TABLE t (id bigint PRIMARY KEY, name varchar(3) NOT NULL)');
    const plan = await prepared();
    for (const content of ['1,\n', '1,a\n1,b\n', '1,abcd\n', '1,a\0b\n', '1,"\xff"\n', '1\n']) {
      const bytes = Buffer.from(content, 'latin1');
      const load = on.target.load(plan, chunkOf('c1'), opening(bytes), context);
      await expect(load, content).rejects.toMatchObject({ code: 'TARGET.ROW_REJECTED' });
    }
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P8: a constraint that speaks at COMMIT refuses rows as well', async () => {
    await on.sql.query(`
      CREATE TABLE t (id bigint, name text, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)`);
    const plan = await prepared();
    const load = on.target.load(plan, chunkOf('c1'), opening('1,a\n1,b\n'), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.ROW_REJECTED',
      message: expect.stringMatching(/unique constraint "t_id_key": Key \(id\)=\(…\) \(SQLSTATE/),
    });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('an empty chunk is loaded, with no rows', async () => {
    const plan = await prepared();
    const receipt = await on.target.load(plan, chunkOf('c1'), opening('', 0), context);
    expect(receipt).toEqual({ chunk: 'c1', rows: 0, bytes: 0, alreadyLoaded: false });
  });

  it('a line of \\. within a quoted field is data', async () => {
    const plan = await prepared();
    await on.target.load(plan, chunkOf('c1'), opening('1,"a\n\\.\nb"\n2,"\\."\n', 2), context);
    const { rows } = await on.sql.query('SELECT name FROM t ORDER BY id');
    expect(rows).toEqual([{ name: 'a\n\\.\nb' }, { name: '\\.' }]);
  });

  it('P4: an abort in the middle of a stream leaves nothing and no open transaction', async () => {
    const plan = await prepared();
    const stop = new AbortController();
    const bytes = new Readable({ read() {} });
    bytes.push('1,a\n');
    const load = on.target.load(plan, chunkOf('c1'), async () => ({ bytes }), {
      ...context,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error('stopped')), 100);
    await expect(load).rejects.toThrow('stopped');
    expect(bytes.destroyed).toBe(true);
    expect(await idle(on)).toBe(0);
    await on.target.load(plan, chunkOf('c1'), opening(csv(rows)), context);
    expect(await countRows(on.sql)).toBe(3);
  });

  it('P4: an abort while a lock is waited for ends the wait', async () => {
    const plan = await prepared();
    await on.sql.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const signal = AbortSignal.timeout(200);
    const started = Date.now();
    const load = on.target.load(plan, chunkOf('c1'), opening(csv(rows)), { ...context, signal });
    await expect(load).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(Date.now() - started).toBeLessThan(5000);
    await on.sql.query('ROLLBACK');
    expect(await waiting(on)).toBe(0);
  });

  it('P8: a lock that is not to be had names who holds it', async () => {
    await using impatient = await bench({ settings: { lockTimeoutSeconds: 1 } });
    const plan = planFor(impatient.database);
    await impatient.target.prepare(plan, context);
    await impatient.sql.query(
      `SET application_name = 'a "reporting" tool'; BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE`,
    );
    const load = impatient.target.load(plan, chunkOf('c1'), opening(csv(rows)), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.LOCKED',
      retry: 'chunk',
      message: expect.stringMatching(
        /held by pid \d+ \(user postgres, application a "reporting" tool, idle in transaction, since [^,]+, SET application_name\)/,
      ),
      fix: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
    });
  });
});

/** Sessions of the target that wait for a lock. */
function waiting({ sql }: Bench): Promise<number> {
  return sessions(sql, `wait_event_type = 'Lock'`);
}

/** Sessions of the target with an open transaction in which nothing runs. */
function idle({ sql }: Bench): Promise<number> {
  return sessions(sql, `state LIKE 'idle in transaction%'`);
}

async function sessions(sql: Bench['sql'], condition: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE application_name LIKE 'snowmelt%' AND datname = current_database() AND ${condition}`,
  );
  return rows[0]?.n ?? -1;
}
