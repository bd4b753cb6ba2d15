import { testContext } from '@snowmelt/testkit/context';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { Databases } from '../src/connect/databases.ts';
import { hasLiveRun } from '../src/connect/has-live-run.ts';
import { transaction } from '../src/connect/transaction.ts';
import { watchLocks } from '../src/connect/watch-locks.ts';
import { connectionOf, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

/** Whoever may connect can take any advisory lock, and the names of ours are no secret. */
describe('locks of ours that a stranger holds', () => {
  const on = freshBench({ settings: { lockTimeoutSeconds: 1 } }, async () => {
    await on.target.prepare(planFor(on.database), context);
    role = `stranger_${on.database.database.slice(-12)}`;
    await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
    const login = { user: role, password: 'pw', database: on.database.database };
    stranger = new Client({ ...connectionOf(on.database), ...login });
    stranger.on('error', () => undefined);
    await stranger.connect();
  });
  let stranger: Client;
  let role: string;
  const context = testContext();

  afterEach(async () => {
    await stranger.end().catch(() => undefined);
    await on.sql.query(`DROP ROLE ${role}`);
  });

  const squat = (name: string) =>
    stranger.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  const told = () => ({
    code: 'TARGET.LOCKED',
    message: expect.stringMatching(new RegExp(`pid \\d+ \\(none of ours.*user ${role}`, 'u')),
    fix: expect.stringMatching(new RegExp(`pg_terminate_backend.*REVOKE CONNECT.*"${role}"`, 'u')),
  });

  it('P8: who it is, that it is none of ours, and the statement that helps', async () => {
    await squat(JSON.stringify(['snowmelt prepare', 'public', 't']));
    const plan = planFor(on.database, { run: 'run-2' });
    const error: unknown = await on.target
      .prepare(plan, context)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(told());
    const [end] = /SELECT pg_terminate_backend\(\d+\);/u.exec((error as { fix: string }).fix) ?? [];
    await on.sql.query(end ?? '');
    await on.target.prepare(plan, context);
  });

  it('P8: a wait without a limit ends all the same', async () => {
    await squat('snowmelt swap');
    const settings = { lockTimeoutSeconds: 0 };
    await using databases = new Databases({ connection: connectionOf(on.database), settings });
    const { database } = on.database;
    const { signal } = context;
    const waiting = transaction(databases, { database, signal, purpose: 'plain' }, (session) =>
      watchLocks({ databases, database, pid: session.pid, what: 'a swap', strangerMs: 1 }, () =>
        session.query(`SELECT pg_advisory_xact_lock(hashtextextended('snowmelt swap', 0))`),
      ),
    );
    await expect(waiting).rejects.toMatchObject(told());
  });

  it('a table is not in use by the lock of a stranger', async () => {
    const { target } = planFor(on.database);
    await squat(`snowmelt.table/${JSON.stringify([target.database, target.schema, target.name])}`);
    await using databases = new Databases({ connection: connectionOf(on.database) });
    const { database } = on.database;
    const options = { database, signal: context.signal, purpose: 'plain' } as const;
    expect(await transaction(databases, options, (session) => hasLiveRun(session, target))).toBe(
      false,
    );
  });
});
