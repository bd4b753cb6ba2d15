import { startDemo, type Demo } from '@snowmelt/demo';
import { startPooler } from '@snowmelt/testkit/postgres';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configOf, runConfig } from './support/run-config.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';

type Config = Record<string, unknown>;

describe('what users of such tools have reported, by the command', () => {
  let demo: Demo;
  let sql: Client;
  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    sql = new Client({ connectionString: demo.databaseUrl });
    await sql.connect();
    await inSnowflake(
      demo,
      'CREATE TABLE FEW (ID NUMBER(9,0), V VARCHAR(10))',
      `INSERT INTO FEW VALUES (1, 'a'), (2, 'b')`,
      `CREATE TABLE LONG AS SELECT SEQ4()::NUMBER(9,0) ID, REPEAT('x', 200) || SEQ4() V
       FROM TABLE(GENERATOR(ROWCOUNT => 8000))`,
    );
  }, 180_000);
  afterAll(async () => {
    await sql?.end();
    await demo?.[Symbol.asyncDispose]();
  });
  beforeEach(() =>
    sql.query(`DROP SCHEMA IF EXISTS vega CASCADE; DROP SCHEMA IF EXISTS snowmelt CASCADE;
      DROP SCHEMA IF EXISTS migration_status CASCADE; CREATE SCHEMA vega`),
  );

  async function command(word: 'check' | 'run', config: Config) {
    await using file = await configFile(config);
    const ended = await keptSnowmelt([word, '--config', file.path, '--json']);
    return { ...ended, said: JSON.parse(ended.stdout) };
  }
  const count = async (table: string) =>
    (await sql.query(`SELECT count(*)::int AS n FROM vega.${table}`)).rows[0].n as number;
  const few = () => configOf(demo, [{ source: 'FEW', target: 'few', truncate_onstart: true }]);
  const at = (url: string, config: Config): Config => ({ ...config, postgres: { url } });

  it('a pooler that hands connections on is named by check and run; one of sessions is none', async () => {
    const server = new URL(demo.databaseUrl);
    const [host, port] = [server.hostname, Number(server.port)];
    async function behind(mode: 'transaction' | 'session', word: 'check' | 'run') {
      await using pooler = await startPooler({ host, port }, mode);
      const url = new URL(server);
      url.hostname = pooler.host;
      url.port = String(pooler.port);
      url.searchParams.set('sslmode', 'disable');
      return await command(word, at(url.href, few()));
    }
    for (const word of ['check', 'run'] as const) {
      const { code, stdout } = await behind('transaction', word);
      expect(code).not.toBe(0);
      expect(stdout).toContain('STATUS.POOLER');
      expect(stdout).toContain('pool_mode = session');
    }
    expect((await behind('session', 'run')).code).toBe(0);
    expect(await count('few')).toBe(2);
  });

  describe('with a role of its own', () => {
    const password = 'limited';
    let asRole: string;
    beforeEach(async () => {
      await sql.query(`CREATE ROLE limited LOGIN PASSWORD '${password}'; GRANT CREATE ON DATABASE
        ${new URL(demo.databaseUrl).pathname.slice(1)} TO limited; GRANT ALL ON SCHEMA vega TO limited`);
      const url = new URL(demo.databaseUrl);
      url.username = 'limited';
      url.password = password;
      asRole = url.href;
    });
    afterEach(() => sql.query('DROP OWNED BY limited CASCADE; DROP ROLE limited'));

    it('as few connections as the page says move many tables; fewer are found by check', async () => {
      const tables = Array.from({ length: 12 }, (_, n) => ({ source: 'FEW', target: `few_${n}` }));
      const config = { ...configOf(demo, tables), parallel_threads: 4 };
      await sql.query('ALTER ROLE limited CONNECTION LIMIT 7');
      const checked = await command('check', at(asRole, config));
      expect(checked.code).not.toBe(0);
      expect(checked.stdout).toMatch(/limited.* 7 connections|connection limit/iu);
      await sql.query('ALTER ROLE limited CONNECTION LIMIT 8');
      const ran = await command('run', at(asRole, config));
      expect(ran.code, ran.stdout).toBe(0);
      expect(await count('few_11')).toBe(2);
    });

    it('a database that is read-only by default takes the rows all the same', async () => {
      const database = new URL(demo.databaseUrl).pathname.slice(1);
      await sql.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`);
      try {
        const ran = await command('run', at(asRole, few()));
        expect(ran.code, ran.stdout).toBe(0);
        expect(await count('few')).toBe(2);
      } finally {
        await sql.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`);
      }
    });
  });

  it.each(['SWAP WITH', 'RENAME'])(
    'P3: rows of a table that takes the name of another by %s do not stand beside those of that one',
    async (how) => {
      const name = how === 'RENAME' ? 'NAMED' : 'SWAPPED';
      const make = (table: string, text: string) =>
        `CREATE OR REPLACE TABLE ${table} AS SELECT SEQ4()::NUMBER(9,0) ID, '${text}' || SEQ4() V
         FROM TABLE(GENERATOR(ROWCOUNT => 1000))`;
      await inSnowflake(demo, make(name, 'v'), make('OTHER', 'w'));
      const chunks = { chunking_columns: ['ID'], chunking_column_types: ['int'], extract: 'query' };
      const tables = [{ source: name, target: 'named', ...chunks }];
      const slow = { batch_size: 250, parallel_threads: 1, max_retry_attempts: 1 };
      const config = { ...configOf(demo, tables), ...slow };
      const fault = demo.emulator.faults.add({
        kind: 'fail-statement',
        code: '000603',
        message: 'SQL execution internal error',
        match: { sqlIncludes: '"ID" >=' },
        after: 1,
        times: 20,
      });
      expect((await runConfig(demo, config)).status).toBe('failed');
      demo.emulator.faults.remove(fault.id);
      if (how === 'SWAP WITH') await inSnowflake(demo, `ALTER TABLE ${name} SWAP WITH OTHER`);
      else {
        await inSnowflake(
          demo,
          `ALTER TABLE ${name} RENAME TO BEFORE`,
          `ALTER TABLE OTHER RENAME TO ${name}`,
        );
      }
      const again = await runConfig(demo, config);
      if (again.status !== 'completed') {
        expect((await runConfig(demo, config)).status).toBe('completed');
      }
      const counted = `SELECT count(*)::int AS all, count(*) FILTER (WHERE v LIKE 'w%')::int AS of_other FROM vega.named`;
      expect(Object.values((await sql.query(counted)).rows[0])).toEqual([1000, 1000]);
    },
  );

  it('a result that breaks off is read again, and no row of it is printed', async () => {
    const fault = demo.emulator.faults.add({
      kind: 'truncate',
      match: { endpoint: 'chunk' },
      after: 1,
      times: 1,
    });
    const tables = [{ source: 'LONG', target: 'long', extract: 'query', truncate_onstart: true }];
    const { code, stdout, stderr } = await command('run', configOf(demo, tables));
    demo.emulator.faults.remove(fault.id);
    expect(fault.strikes).toBe(1);
    expect(code, stdout).toBe(0);
    expect(stdout + stderr).not.toContain('xxxxx');
    expect(await count('long')).toBe(8000);
  });
});
