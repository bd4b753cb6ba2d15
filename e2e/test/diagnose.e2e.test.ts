import { main } from 'snowmelt';
import type { Diagnosis, Trouble } from '@snowmelt/core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { documentedCommands, JsonPage } from './support/json-page.ts';
import { inSnowflake } from './support/demo.ts';
import { configOf } from './support/run-config.ts';
import { configFile, startSnowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

interface Listed {
  readonly runs: readonly { readonly troubles?: readonly Trouble[] }[];
}

/** Commands that log nothing. */
const mute: ReadonlySet<string> = new Set(['config', 'grants', 'history', 'init', 'logs']);

/** The command in this process; what it says on stdout, which is a document. */
async function say(...argv: readonly string[]): Promise<{ code: number; answer: unknown }> {
  const write = process.stdout.write.bind(process.stdout);
  let said = '';
  process.stdout.write = (text: unknown) => {
    said += String(text);
    return true;
  };
  try {
    await main([...argv, '--json', ...(mute.has(argv[0] ?? '') ? [] : ['--log-level', 'silent'])]);
  } finally {
    process.stdout.write = write;
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { code, answer: JSON.parse(said) };
}

describe('diagnose names the cause and what mends it, which works as it is printed', () => {
  const tables = ['HELD', 'KILLED', 'GONE', 'FULL', 'REFUSED'];
  const on = useDemo({ tables: [] }, async ({ demo, sql }) => {
    for (const name of tables) {
      await inSnowflake(
        demo,
        `CREATE TABLE ${name} (ID NUMBER(9,0))`,
        `INSERT INTO ${name} VALUES (1), (2), (3)`,
      );
      await sql.query(`CREATE SCHEMA IF NOT EXISTS vega;
        CREATE TABLE vega.${name} (id integer PRIMARY KEY)`);
    }
  });
  const configs = new Map<string, AsyncDisposable & { path: string }>();
  beforeAll(async () => {
    for (const name of tables) {
      const table = { source: name, target: name.toLowerCase(), disable_index: true };
      const more = name === 'REFUSED' ? { on_row_error: 'quarantine' } : {};
      configs.set(name, await configFile(configOf(on.demo, [{ ...table, ...more }])));
    }
  });
  afterAll(async () => {
    for (const config of configs.values()) await config[Symbol.asyncDispose]();
  });
  const pathOf = (name: string) => configs.get(name)?.path ?? '';

  async function diagnose(name: string): Promise<readonly Trouble[]> {
    const { code, answer } = await say('diagnose', '-c', pathOf(name));
    const { troubles } = answer as Diagnosis;
    expect(code).toBe(troubles.length === 0 ? 0 : 4);
    return troubles;
  }
  /** What status says of the newest run, for programs and for people; it must mend as well. */
  async function status(name: string): Promise<readonly Trouble[]> {
    const [run] = ((await say('status', '-c', pathOf(name))).answer as Listed).runs;
    return run?.troubles ?? [];
  }
  /** Exactly what it says. */
  async function mend({ command, sql }: Trouble): Promise<void> {
    if (sql !== undefined) await on.sql.query(sql.statement);
    if (command !== undefined) expect((await say(...command)).code).toBe(0);
  }
  /** A run that waits for somebody who has the table: its looks, or only its writes. */
  async function waiting(name: string, mode: 'SHARE' | 'ACCESS EXCLUSIVE') {
    const holder = new Client({ connectionString: on.demo.databaseUrl });
    holder.on('error', () => undefined);
    await holder.connect();
    await holder.query(`BEGIN; LOCK TABLE vega.${name} IN ${mode} MODE`);
    const running = startSnowmelt(['run', '-c', pathOf(name), '--log-level', 'warn']);
    for (;;) {
      const { rows } = await on.sql.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'vega.${name}'::regclass`,
      );
      if (rows.length > 0) return { holder, running };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  const rowsOf = async (name: string) =>
    (await on.sql.query(`SELECT count(*)::int AS n FROM vega.${name}`)).rows[0].n as number;

  it('locked: who holds it, and the statement that ends that', async () => {
    const { holder, running } = await waiting('HELD', 'ACCESS EXCLUSIVE');
    const [wait, ...more] = await diagnose('HELD');
    expect(more).toEqual([]);
    expect(wait).toMatchObject({ kind: 'lock-wait', level: 'waits' });
    expect(wait?.message).toMatch(/for Access\w+Lock on vega\.held .* held by pid \d+ \(user/u);
    // As soon as the run has told that it waits.
    const told = () => status('HELD');
    await expect
      .poll(told, { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ kind: 'lock-wait', sql: wait?.sql }));
    await mend(wait!);
    await holder.end();
    expect((await running.ended).code).toBe(0);
    expect(await diagnose('HELD')).toEqual([]);
  });

  it('killed: the run is dead, its owner is named, and the same command goes on', async () => {
    const { holder, running } = await waiting('KILLED', 'SHARE');
    expect(await diagnose('KILLED')).toMatchObject([
      { kind: 'lock-wait', run: expect.any(String) },
    ]);
    running.child.kill('SIGKILL');
    await running.ended;
    await holder.end();
    const [dead] = await diagnose('KILLED');
    expect(dead).toMatchObject({
      kind: 'dead-run',
      level: 'wrong',
      command: ['run', '-c', pathOf('KILLED')],
    });
    expect(dead?.message).toContain(`/${running.child.pid}/`);
    expect(await status('KILLED')).toContainEqual(dead);
    await mend((await status('KILLED'))[0]!);
    expect(await rowsOf('KILLED')).toBe(3);
    expect(await diagnose('KILLED')).toEqual([]);
  });

  it('disk full: the cause of the failure, and the same command once there is room', async () => {
    await on.sql.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON vega.full EXECUTE FUNCTION full_disk()`);
    expect((await say('run', '-c', pathOf('FULL'))).code).toBe(2);
    const [full, ...more] = await diagnose('FULL');
    expect(full).toMatchObject({ code: 'TARGET.RESOURCES', level: 'wrong' });
    expect(full?.message).toContain('SQLSTATE 53100');
    expect(more).toMatchObject([
      { kind: 'indexes-missing', table: expect.stringContaining('vega.full') },
    ]);
    expect(await status('FULL')).toEqual([full, ...more]);
    await on.sql.query('DROP TRIGGER full_disk ON vega.full');
    await mend((await status('FULL'))[0]!);
    expect(await rowsOf('FULL')).toBe(3);
    expect(await diagnose('FULL')).toEqual([]);
  });

  it('rejected rows: why, how many, and how they get in', async () => {
    await on.sql.query('ALTER TABLE vega.refused ADD CONSTRAINT odd CHECK (id <> 2)');
    expect((await say('run', '-c', pathOf('REFUSED'))).code).toBe(4);
    const [refused, ...more] = await diagnose('REFUSED');
    expect(more).toEqual([]);
    expect(refused).toMatchObject({ kind: 'rejected-rows', code: 'TARGET.ROWS_QUARANTINED' });
    expect(refused?.message).toMatch(/without 1 row that .*"odd"/u);
    await on.sql.query('ALTER TABLE vega.refused DROP CONSTRAINT odd');
    expect(await status('REFUSED')).toEqual([refused]);
    await mend(refused!);
    expect(await status('REFUSED')).toEqual([]);
    expect(await rowsOf('REFUSED')).toBe(3);
    expect(await diagnose('REFUSED')).toEqual([]);
  });

  it('a snapshot that is gone: the table, and the command that reads it anew', async () => {
    const { holder, running } = await waiting('GONE', 'SHARE');
    running.child.kill('SIGKILL');
    await running.ended;
    await holder.end();
    const [dead] = await diagnose('GONE');
    await inSnowflake(
      on.demo,
      'CREATE OR REPLACE TABLE GONE (ID NUMBER(9,0))',
      'INSERT INTO GONE VALUES (4), (5)',
    );
    const old = await say('run', '-c', pathOf('GONE'), '--resume-run-id', dead?.run ?? '');
    expect(old.code).toBe(2);
    const [gone] = await diagnose('GONE');
    expect(gone).toMatchObject({ code: 'SOURCE.SNAPSHOT_GONE', level: 'wrong' });
    expect(await status('GONE')).toContainEqual(gone);
    await mend((await status('GONE'))[0]!);
    expect(await rowsOf('GONE')).toBe(2);
    expect(await diagnose('GONE')).toEqual([]);
  });

  it('a side that is away is told, and the other ones are asked all the same', async () => {
    const away = { ...configOf(on.demo, [{ source: 'GONE', target: 'gone' }]) };
    const snowflake = { ...(away['snowflake'] as object), access_url: 'http://127.0.0.1:9' };
    await using config = await configFile({ ...away, snowflake });
    const { code, answer } = await say('diagnose', '-c', config.path);
    expect(code).toBe(4);
    const { runs, troubles } = answer as Diagnosis;
    expect(troubles).toMatchObject([{ kind: 'not-reached', code: 'SOURCE.UNREACHABLE' }]);
    expect(runs.length).toBeGreaterThan(0);
  });

  it('--json: what a command prints is what the page of its documents says', async () => {
    const page = new JsonPage();
    const asked = async (command: string, name: string, ...more: readonly string[]) => {
      const argv = [...command.split(' '), '-c', pathOf(name), ...more];
      page.add(command, (await say(...argv)).answer);
    };
    const whole = configOf(on.demo, [
      { source: 'REFUSED', target: 'refused', on_row_error: 'quarantine', truncate_onstart: true },
      { source: 'NO_SUCH', target: 'no_such' },
    ]);
    await on.sql.query('ALTER TABLE vega.refused ADD CONSTRAINT odd CHECK (id <> 2) NOT VALID');
    await using config = await configFile(whole);
    configs.set('WHOLE', config);
    await asked('plan', 'WHOLE');
    await asked('run', 'WHOLE');
    await asked('plan', 'WHOLE');
    await asked('status', 'WHOLE');
    await asked('diagnose', 'WHOLE');
    await asked('run', 'WHOLE', '--no-resume');
    await asked('check', 'WHOLE');
    await asked('check', 'FULL', '--deep');
    await asked('discover', 'FULL');
    await asked('discover', 'FULL', 'VEGA.PUBLIC');
    await asked('grants', 'FULL', '--for', 'target');
    await asked('grants', 'FULL', '--for', 'snowflake', '--role', 'LOADER');
    await attributed(asked);
    await asked('history', 'WHOLE', '--compare');
    await asked('logs', 'WHOLE');
    await asked('repair', 'WHOLE', '--dry-run');
    await asked('rejects list', 'WHOLE');
    await asked('rejects show', 'WHOLE');
    await on.sql.query('ALTER TABLE vega.refused DROP CONSTRAINT odd');
    await asked('rejects retry', 'WHOLE');
    await asked('config show', 'FULL');
    await asked('config validate', 'FULL');
    await asked('run', 'FULL', '--resume-run-id', crypto.randomUUID());
    await init(page);
    configs.delete('WHOLE');
    expect(page.commands).toEqual(documentedCommands);
    await expect(page.text()).toMatchFileSnapshot('../../docs/reference/json.md');
  });

  /** Told, and refused to a role. */
  async function attributed(
    asked: (command: string, name: string, ...more: readonly string[]) => Promise<void>,
  ): Promise<void> {
    Object.assign(on.demo.emulator.engine.attribution, { lateSeconds: 0, shortestMs: 0 });
    for (const command of ['status', 'history']) await asked(command, 'FULL', '--attributed');
    await inSnowflake(on.demo, 'CREATE ROLE LOADER');
    const refused = configOf(on.demo, [{ source: 'FULL', target: 'full' }]);
    const snowflake = { ...(refused['snowflake'] as object), role: 'LOADER' };
    await using config = await configFile({ ...refused, snowflake });
    configs.set('REFUSED_ROLE', config);
    for (const command of ['status', 'history']) {
      await asked(command, 'REFUSED_ROLE', '--attributed');
    }
    configs.delete('REFUSED_ROLE');
  }

  async function init(page: JsonPage): Promise<void> {
    const login = on.demo.config['snowflake'] as Record<string, string>;
    const logins = ['--account', String(login['account']), '--user', String(login['user'])];
    const at = ['--access-url', String(login['access_url']), '--pg-url', on.demo.databaseUrl];
    await using key = await configFile(String(login['rsa_key']));
    const file = ['--private-key-file', key.path, '-c', `${key.path}.new.json`];
    const table = ['--table', 'VEGA.PUBLIC.FULL', '--yes'];
    page.add('init', (await say('init', ...logins, ...at, ...file, ...table)).answer);
  }
});
