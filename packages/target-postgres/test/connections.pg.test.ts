import { setTimeout as sleep } from 'node:timers/promises';

import { testContext } from '@snowmelt/testkit/context';
import { afterAll, describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connect, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const rows = csv(Array.from({ length: 10 }, (_, id) => [String(id), 'x']));

describe('connections to the server', () => {
  const on = sharedBench({ maxConnections: 3 }, async () => {
    await on.sql.query(`CREATE TABLE t (id bigint, name text);
      CREATE ROLE storm LOGIN PASSWORD 'storm' CONNECTION LIMIT 4`);
    await on.target.prepare(planFor(on.database), testContext());
  });
  afterAll(async () => {
    await on.sql.query('DROP ROLE storm');
  });

  /** The most that there are at once while the work lasts. */
  async function mostDuring(work: Promise<unknown>): Promise<number> {
    const watcher = await connect(on.database);
    let most = 0;
    const done = new AbortController();
    const watching = (async () => {
      while (!done.signal.aborted) {
        const { rows: counted } = await watcher.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'snowmelt%'`,
        );
        most = Math.max(most, counted[0]?.n ?? 0);
        await sleep(10);
      }
    })();
    await work;
    done.abort();
    await watching;
    await watcher.end();
    return most;
  }

  it('are never more than those of the pool and one beside, whatever waits and is stopped', async () => {
    const locker = await connect(on.database);
    await locker.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const stop = new AbortController();
    const context = testContext({ signal: stop.signal });
    const loads = Array.from({ length: 8 }, (_, n) =>
      on.target.load(planFor(on.database), chunkOf(`c${n}`), opening(rows), context),
    );
    const ended = Promise.allSettled(loads);
    // Each of the three asks who blocks it after three seconds; then each has its statement cancelled.
    setTimeout(() => stop.abort(new Error('stopped')), 3500);
    const most = await mostDuring(ended);
    await locker.end();
    expect(most).toBe(4);
    expect(context.logged.some(({ event }) => event === 'waiting_for_lock')).toBe(true);
  });

  it('are asked for again where many start at once and there are few', async () => {
    const storm = Array.from({ length: 20 }, async () => {
      await using target = createPostgresTarget({
        connection: { ...connectionOf(on.database), user: 'storm', password: 'storm' },
      });
      return target.ping(on.database.database, testContext());
    });
    expect(await Promise.all(storm)).toHaveLength(20);
  });
});
