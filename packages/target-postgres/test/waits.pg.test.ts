import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it, vi } from 'vitest';

import { connect, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const on = freshBench({}, async () => {
  await on.sql.query('CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (1)');
});

const sessionsSql = `SELECT pid, wait_event_type FROM pg_stat_activity
  WHERE application_name = 'snowmelt run-1 table' AND datname = current_database()`;

describe('kill -9 of a run in the middle of a statement', () => {
  it.each([
    ['a long CREATE INDEX', 'CREATE INDEX ON t (slow(id))', 'Timeout'],
    ['a wait for a lock', 'LOCK TABLE t IN ACCESS EXCLUSIVE MODE', 'Lock'],
  ])('ends %s in seconds, not at its end', async (_what, statement, waits) => {
    await on.sql.query(`CREATE FUNCTION slow(bigint) RETURNS bigint IMMUTABLE
      RETURN CASE WHEN pg_sleep(600) IS NULL THEN $1 ELSE $1 END`);
    await using reader = await connect(on.database).then((client) => ({
      query: (sql: string) => client.query(sql),
      [Symbol.asyncDispose]: () => client.end(),
    }));
    if (waits === 'Lock') await reader.query('BEGIN; LOCK TABLE t IN ACCESS SHARE MODE');
    const { host, port, user, password, database } = on.database;
    const script = new URL('killed-process.ts', import.meta.url).pathname;
    const child = spawn(
      process.execPath,
      [
        '--conditions=@snowmelt/source',
        script,
        host,
        String(port),
        user,
        password,
        database,
      ].concat(statement),
      { stdio: 'inherit' },
    );
    const seen = (rows: readonly object[]) => async () =>
      expect((await on.sql.query(sessionsSql)).rows).toMatchObject(rows);
    await vi.waitFor(seen([{ wait_event_type: waits }]), { timeout: 20_000, interval: 100 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitFor(seen([]), { timeout: 8000, interval: 100 });
  });
});

describe('P8: a wait for a lock', () => {
  it('is told with who holds it, and never with a value of theirs', async () => {
    const context = testContext();
    const holder = await connect(on.database);
    await holder.query(`SET application_name = 'report'; BEGIN`);
    await holder.query(`UPDATE t SET name = 'a secret' WHERE id = 1`);
    const prepared = on.target.prepare(planFor(on.database, { mode: 'truncate' }), context);
    const told = () => context.logged.filter(({ event }) => event === 'waiting_for_lock');
    await vi.waitFor(() => expect(told()).toHaveLength(1), { timeout: 15_000, interval: 100 });
    await holder.query('ROLLBACK');
    await holder.end();
    await prepared;
    expect(told()).toMatchObject([
      {
        level: 'warn',
        fields: {
          what: expect.stringContaining('TRUNCATE of') as string,
          held_by: expect.stringMatching(
            /^pid \d+ \(user \w+, application report, idle in transaction, since \d{4}-.*Z, UPDATE t\)$/,
          ) as string,
        },
      },
    ]);
  });
});
