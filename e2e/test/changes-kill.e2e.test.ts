import { startDemo, type Demo } from '@snowmelt/demo';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configFile, snowmelt, startSnowmelt } from './support/snowmelt.ts';

const rows = 20_000;

describe('P4: kill -9 while changes are applied, then the same command again', () => {
  let demo: Demo;
  let client: pg.Client;
  let writer: pg.Client;

  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    [client, writer] = [demo.databaseUrl, demo.databaseUrl].map(
      (connectionString) => new pg.Client({ connectionString }),
    ) as [pg.Client, pg.Client];
    await Promise.all([client.connect(), writer.connect()]);
    await inSnowflake(
      demo,
      'CREATE TABLE K (ID NUMBER(9,0) NOT NULL, V VARCHAR) CHANGE_TRACKING = TRUE',
      `INSERT INTO K SELECT SEQ4(), 'old' FROM TABLE(GENERATOR(ROWCOUNT => ${rows}))`,
    );
  }, 120_000);

  afterAll(async () => {
    await Promise.all([client?.end(), writer?.end()]);
    await demo?.[Symbol.asyncDispose]();
  });

  it.each(['query', 'unload'])(
    'by %s: old rows until then, new rows after',
    async (extract) => {
      await using config = await configFile(configOf(demo, extract));
      const first = await snowmelt(['run', '--config', config.path, '--json']);
      expect(first.code, first.stderr).toBe(0);
      const before = await sums();
      await inSnowflake(
        demo,
        `UPDATE K SET V = V || '${extract}' WHERE MOD(ID, 3) = 0`,
        'DELETE FROM K WHERE MOD(ID, 7) = 1',
        'INSERT INTO K SELECT -1 - ID, V FROM K WHERE MOD(ID, 7) = 2 AND ID > 0',
        'DELETE FROM K WHERE MOD(ID, 7) = 2 AND ID > 0',
      );
      // A writer's lock keeps the changes, which are gathered by then, from being applied.
      await writer.query('BEGIN; LOCK TABLE kill.k IN ROW EXCLUSIVE MODE');
      const killed = startSnowmelt(['run', '--config', config.path]);
      await waitsForLock(client);
      killed.child.kill('SIGKILL');
      expect((await killed.ended).code).toBeNull();
      await writer.query('ROLLBACK');
      expect(await sums()).toEqual(before);

      const again = await snowmelt(['run', '--config', config.path, '--json']);
      expect(again.code, again.stderr).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({ resumed: true, status: 'completed' });
      const [source] = await inSnowflake(demo, `SELECT COUNT(*), SUM(ID), SUM(LENGTH(V)) FROM K`);
      expect(await sums()).toEqual(source);
      const last = await snowmelt(['run', '--config', config.path, '--json']);
      expect(JSON.parse(last.stdout)).toMatchObject({ rows: 0, tables: [{ verified: true }] });
    },
    120_000,
  );

  async function sums(): Promise<string[] | undefined> {
    const text = 'SELECT count(*)::text, sum(id)::text, sum(length(v))::text FROM kill.k';
    return (await client.query<string[]>({ text, rowMode: 'array' })).rows[0];
  }
});

function configOf({ config, databaseUrl }: Demo, extract: string) {
  const table = { source: 'K', target: 'k', changes: 'cdc', uniqueness_columns: ['ID'], extract };
  return {
    ...config,
    verify: 'digest',
    sources: [
      {
        source_name: 'kill',
        source_sf_database: 'VEGA',
        source_sf_schema: 'PUBLIC',
        target_pg_database: new URL(databaseUrl).pathname.slice(1),
        target_pg_schema: 'kill',
        tables: [table],
      },
    ],
  };
}

async function waitsForLock(client: pg.Client): Promise<void> {
  const deadline = Date.now() + 60_000;
  const sql = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'kill.k'::regclass`;
  while ((await client.query(sql)).rowCount === 0) {
    if (Date.now() > deadline) throw new Error('the changes were not applied in a minute');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
