import { Readable } from 'node:stream';

import { SnowmeltError, type ChunkStream } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import {
  chunkOf,
  connect,
  connectionOf,
  countRows,
  csv,
  opening,
  planFor,
  type Bench,
} from './fixtures.ts';
import { freshBench } from './use-bench.ts';
import { startProxy } from './proxy.ts';

const lost = { code: 'TARGET.CONNECTION_LOST', retry: 'chunk' };
const rows = csv([
  ['1', 'a'],
  ['2', 'b'],
]);

describe('faults in the middle of a chunk', () => {
  const on = freshBench({}, async () => {
    await on.target.prepare(plan(), context);
  });
  const context = testContext();
  const plan = () => planFor(on.database);
  const load = (open: () => Promise<ChunkStream>) =>
    on.target.load(plan(), chunkOf('c1'), open, context);

  async function loadsAgain(): Promise<void> {
    expect(await countRows(on.sql)).toBe(0);
    expect(await on.target.receipts(plan(), context)).toEqual([]);
    expect(await load(opening(rows, 2))).toMatchObject({ rows: 2, alreadyLoaded: false });
    expect(await countRows(on.sql)).toBe(2);
  }

  it('P2: a session that ends before COPY leaves nothing', async () => {
    const open = async () => {
      await terminate(on);
      return opening(rows)();
    };
    await expect(load(open)).rejects.toMatchObject(lost);
    await loadsAgain();
  });

  it('P2: a session that ends within COPY leaves nothing', async () => {
    async function* pieces() {
      yield Buffer.from(rows);
      await expect.poll(() => terminate(on, `query LIKE 'COPY%'`)).toBe(1);
      yield Buffer.from(rows.repeat(1000));
      yield Buffer.from(rows.repeat(1000));
    }
    const bytes = Readable.from(pieces(), { objectMode: false });
    await expect(load(async () => ({ bytes }))).rejects.toMatchObject(lost);
    expect(bytes.destroyed).toBe(true);
    await loadsAgain();
  });

  it('P2: a session that ends between COPY and COMMIT leaves nothing', async () => {
    await dieOnce(on, 'BEFORE UPDATE ON snowmelt.chunk_ledger', 'TRIGGER');
    await expect(load(opening(rows, 2))).rejects.toMatchObject(lost);
    await loadsAgain();
  });

  it('P2: a session that ends within COMMIT leaves nothing', async () => {
    const deferred = 'AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED';
    await dieOnce(on, deferred, 'CONSTRAINT TRIGGER');
    await expect(load(opening(rows, 2))).rejects.toMatchObject(lost);
    await loadsAgain();
  });

  it('P2: where the answer to COMMIT is lost, the retry finds the chunk done', async () => {
    await using proxy = await startProxy(on.database, { loseAnswerTo: 'COMMIT\0' });
    const { user, password } = on.database;
    await using far = createPostgresTarget({
      connection: { host: '127.0.0.1', port: proxy.port, user, password },
    });
    const first = far.load(plan(), chunkOf('c1'), opening(rows, 2), context);
    await expect(first).rejects.toMatchObject(lost);
    const neverOpened = () => Promise.reject(new Error('opened'));
    expect(await load(neverOpened)).toMatchObject({ rows: 2, alreadyLoaded: true });
    expect(await countRows(on.sql)).toBe(2);
  });

  it('P2: a stale worker of an earlier run loads nothing after a later run emptied the table', async () => {
    const later = planFor(on.database, { run: 'run-2', mode: 'truncate' });
    await load(opening(rows, 2));
    await on.target.prepare(later, context);
    expect(await countRows(on.sql)).toBe(0);
    const stale = on.target.load(plan(), chunkOf('c2'), opening(rows), context);
    await expect(stale).rejects.toMatchObject({ code: 'RUN.SUPERSEDED', retry: 'never' });
    await expect(on.target.prepare(plan(), context)).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
    await expect(on.target.publish(plan(), context)).rejects.toMatchObject({
      code: 'RUN.SUPERSEDED',
    });
    expect(await countRows(on.sql)).toBe(0);
  });

  it('P2: a load in flight and the TRUNCATE of a later run come one after the other', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = async () => {
      await gate.promise;
      return opening(rows, 2)();
    };
    const loading = load(slow);
    const opened = () => sessions(on, `state = 'idle in transaction'`);
    await expect.poll(opened, { timeout: 10_000 }).toBe(1);
    const later = planFor(on.database, { run: 'run-2', mode: 'truncate' });
    const preparing = on.target.prepare(later, context);
    await expect.poll(() => sessions(on, `wait_event_type = 'Lock'`), { timeout: 10_000 }).toBe(1);
    gate.resolve();
    await loading;
    await preparing;
    expect(await countRows(on.sql)).toBe(0);
  });

  it('leaks no connection, however loads end', async () => {
    const few = createPostgresTarget({ connection: connectionOf(on.database), maxConnections: 2 });
    await using _few = few;
    const ends: (() => Promise<ChunkStream>)[] = [
      opening('x,y\n'),
      opening(rows, 99),
      () => Promise.reject(new SnowmeltError('SOURCE.NETWORK', 'gone')),
      async () => {
        await terminate(on);
        return opening(rows)();
      },
    ];
    for (let round = 0; round < 3; round += 1) {
      for (const open of ends) {
        await expect(few.load(plan(), chunkOf('c1'), open, context)).rejects.toThrow();
      }
    }
    expect(await few.load(plan(), chunkOf('c1'), opening(rows, 2), context)).toMatchObject({
      rows: 2,
    });
    const { rows: seen } = await on.sql.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE application_name LIKE 'snowmelt%' AND datname = current_database() AND state <> 'idle'`,
    );
    expect(seen).toEqual([{ n: 0 }]);
  });

  it('P4: an abort while every connection is in use ends the wait for one', async () => {
    await using one = createPostgresTarget({
      connection: connectionOf(on.database),
      maxConnections: 1,
    });
    const gate = Promise.withResolvers<void>();
    const slow = async () => {
      await gate.promise;
      return opening(rows)();
    };
    const busy = one.load(plan(), chunkOf('c1'), slow, context);
    const signal = AbortSignal.timeout(100);
    await expect(one.ping(on.database.database, { ...context, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    gate.resolve();
    await busy;
    await one.ping(on.database.database, context);
  });
});

async function sessions({ sql }: Bench, condition: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity
     WHERE application_name LIKE 'snowmelt%' AND datname = current_database() AND ${condition}`,
  );
  return rows[0]?.n ?? -1;
}

/** Ends the target's sessions that are in a transaction; says how many. */
async function terminate({ database }: Bench, condition = 'true'): Promise<number> {
  const sql = await connect(database);
  const { rowCount } = await sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name LIKE 'snowmelt%' AND datname = current_database()
       AND xact_start IS NOT NULL AND ${condition}`,
  );
  await sql.end();
  return rowCount ?? 0;
}

/** A trigger that ends its own session the first time; a sequence counts past the rollback. */
async function dieOnce({ sql }: Bench, when: string, kind: string): Promise<void> {
  await sql.query(`
    CREATE SEQUENCE public.deaths;
    CREATE FUNCTION public.die_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('public.deaths') = 1 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(5);
      END IF;
      RETURN NEW;
    END $$;
    CREATE ${kind} die_once ${when} FOR EACH ROW EXECUTE FUNCTION public.die_once();`);
}
