import type { RunLife } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { connect, connectionOf, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

/** Sessions behind a pooler, or on a platform where the server does not look, outlive their process. */
describe('repair of sessions', () => {
  const on = sharedBench({}, async () => {
    await on.target.prepare(planFor(on.database), context);
  });
  const context = testContext();
  const lives = new Map<string, RunLife>();

  async function sessionOf(life: RunLife | undefined): Promise<Client & { run: string }> {
    const run = crypto.randomUUID();
    if (life !== undefined) lives.set(run, life);
    const client = await connect(on.database);
    await client.query(`BEGIN; SET LOCAL application_name = 'snowmelt ${run}'`);
    return Object.assign(client, { run });
  }
  const isThere = (client: Client) =>
    client.query('SELECT 1').then(
      () => true,
      () => false,
    );
  async function repair(dryRun = false, target = on.target) {
    const { database } = on.database;
    const request = { database, dropGathered: false, dryRun, lives: async () => lives };
    return (await target.repairs.repair(request, context)).sessions;
  }

  it('ends those whose run has no process any more, and no others', async () => {
    const open = await sessionOf('open');
    const ended = await sessionOf('ended');
    const live = await sessionOf('live');
    const unknown = await sessionOf(undefined);
    const expected = [
      { run: open.run, outcome: 'ended' },
      { run: ended.run, outcome: 'ended' },
      { run: live.run, outcome: 'busy' },
      { run: unknown.run, outcome: 'unknown' },
    ];
    expect(await repair(true)).toMatchObject(expected);
    expect(await isThere(open)).toBe(true);
    expect(await repair()).toMatchObject(expected);
    expect(await Promise.all([open, ended, live, unknown].map(isThere))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    await live.end();
    await unknown.end();
  });

  it('says where the role may not', async () => {
    const open = await sessionOf('open');
    const role = `helper_${on.database.database.slice(-12)}`;
    await on.sql.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'; GRANT pg_read_all_stats TO ${role};
      GRANT USAGE ON SCHEMA snowmelt TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA snowmelt TO ${role}`);
    const connection = { ...connectionOf(on.database), user: role, password: 'pw' };
    const helper = createPostgresTarget({ connection });
    expect(await repair(false, helper)).toMatchObject([{ run: open.run, outcome: 'not-allowed' }]);
    expect(await isThere(open)).toBe(true);
    await helper[Symbol.asyncDispose]();
    await open.end();
    await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
