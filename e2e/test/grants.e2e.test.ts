import { startDemo, type Demo } from '@snowmelt/demo';
import { psqlStatements } from '@snowmelt/testkit/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { keptSnowmelt } from './support/kept-command.ts';
import { configFile } from './support/snowmelt.ts';

const keyed = { uniqueness_columns: ['ID'] };

/** All modes, into tables that an administrator has made and into ones that the run makes. */
const tables = {
  appended: {},
  truncated: { truncate_onstart: true },
  indexed: { truncate_onstart: true, disable_index: true },
  swapped: { truncate_onstart: true, refresh: 'swap' },
  upserted: { ...keyed, on_row_error: 'quarantine' },
  inserted: { ...keyed, insert_only_mode: true },
  deleted: { ...keyed, delete_missing: 'hard' },
  marked: { ...keyed, delete_missing: 'soft' },
  changed: { ...keyed, changes: 'cdc' },
  widened: { truncate_onstart: true, schema_evolution: 'create_and_add' },
  new: { truncate_onstart: true },
} as const;

describe('a role with exactly what `snowmelt grants` says', () => {
  let demo: Demo;
  const admins: pg.Client[] = [];

  beforeAll(async () => {
    demo = await startDemo({ tables: [] });
    const admin = await client(demo.databaseUrl);
    await inSnowflake(
      demo,
      'CREATE TABLE SRC (ID NUMBER(9,0) NOT NULL PRIMARY KEY, TXT VARCHAR) CHANGE_TRACKING = TRUE',
      `INSERT INTO SRC SELECT SEQ4(), 'row ' || SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 100))`,
    );
    const made = Object.keys(tables).filter((name) => name !== 'new');
    await admin.query('CREATE DATABASE status');
    await admin.query(`CREATE ROLE "Load er" LOGIN PASSWORD 'pw-1';
      REVOKE ALL ON DATABASE status FROM PUBLIC;
      DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()); END $$;
      CREATE SCHEMA granted;
      ${made.map((name) => `CREATE TABLE granted.${name} (id integer${name === 'appended' ? '' : ' PRIMARY KEY'}${name === 'widened' ? '' : ', txt text'});`).join('\n')}
      CREATE INDEX ON granted.indexed (txt);`);
  }, 120_000);

  afterAll(async () => {
    for (const one of admins) await one.end();
    await demo?.[Symbol.asyncDispose]();
  });

  async function client(url: string): Promise<pg.Client> {
    const one = new pg.Client({ connectionString: url });
    await one.connect();
    admins.push(one);
    return one;
  }

  function configuration(): unknown {
    const [first] = demo.config['sources'] as [Record<string, unknown>];
    const { hostname: host, port } = new URL(demo.databaseUrl);
    return {
      ...demo.config,
      postgres: { host, port: Number(port), user: 'Load er', password: 'pw-1' },
      status_tracking_database: 'status',
      sources: [
        {
          ...first,
          target_pg_schema: 'granted',
          tables: Object.entries(tables).map(([target, keys]) => ({
            source: 'SRC',
            target,
            ...keys,
          })),
        },
      ],
    };
  }

  /** What psql does with it: meta-commands, and one statement after the other. */
  async function pipeIntoPsql(printed: string): Promise<void> {
    const [, ...sections] = printed.split(/^\\connect (.+)$/mu);
    for (let at = 0; at < sections.length; at += 2) {
      const url = new URL(demo.databaseUrl);
      url.pathname = `/${String(sections[at]).replaceAll('"', '')}`;
      const admin = await client(url.href);
      const sql = String(sections[at + 1]).replaceAll(/^\\.*$/gmu, '');
      for (const statement of psqlStatements(sql)) await admin.query(statement);
    }
  }

  it('checks green and loads in all modes, twice; Snowflake takes each of its statements', async () => {
    await using config = await configFile(configuration());
    const say = (...args: string[]) => keptSnowmelt([...args, '--config', config.path]);
    expect((await say('run', '--json')).code).toBe(2);
    for (const side of ['target', 'status']) {
      const { stdout, stderr, code } = await say('grants', '--for', side);
      expect(code, stderr).toBe(0);
      await pipeIntoPsql(stdout);
    }
    const checked = await say('check', '--json');
    expect(checked.code, checked.stdout).toBeOneOf([0, 4]);
    for (const round of [1, 2]) {
      const ended = await say('run', '--json');
      expect(ended.code, `${round}: ${ended.stdout} ${ended.stderr}`).toBe(0);
    }
    const { stdout, code } = await say(
      'grants',
      '--for',
      'snowflake',
      '--role',
      'LOADER',
      '--json',
    );
    expect(code).toBe(0);
    const { sections } = JSON.parse(stdout) as { sections: { grants: { sql: string }[] }[] };
    const statements = sections.flatMap(({ grants }) => grants.map(({ sql }) => sql));
    expect(statements).toContain(`ALTER TABLE ${sourceName()} SET CHANGE_TRACKING = TRUE;`);
    for (const sql of statements) await inSnowflake(demo, sql.replace(/;$/u, ''));
  });

  function sourceName(): string {
    const [first] = demo.config['sources'] as [Record<string, string>];
    return `"${first['source_sf_database']}"."${first['source_sf_schema']}"."SRC"`;
  }
});
