import { createPrivateKey, randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configFile, snowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

describe('P7: secrets of the configuration', () => {
  const on = useDemo({ tables: ['MOVIES'] });

  it('are in no output, no log, no row that a run writes down, and no history of Snowflake', async () => {
    const { config, secrets } = await withSecrets();
    await using file = await configFile(config);
    await using wrong = await configFile(withWrongPassword(config));
    const calls = [
      ['config', 'show', '-c', file.path],
      ['plan', '-c', file.path],
      ['run', '--log-level', 'debug', '--log-format', 'json', '-c', file.path],
      ['status', '--json', '-c', file.path],
      ['check', '--json', '-c', wrong.path],
    ];
    for (const argv of calls) {
      const { code, stdout, stderr } = await snowmelt(argv, {
        SNOWMELT_SECRET_PW: secrets.password,
      });
      expect(code, `${argv.join(' ')}: ${stderr}`).not.toBe(1);
      if (argv[0] === 'run') expect(code, stderr).toBe(0);
      for (const [name, parts] of Object.entries(secrets)) {
        for (const part of [parts].flat()) expect(stdout + stderr, name).not.toContain(part);
      }
    }
    const kept = await everyRow();
    expect(kept).toContain('MOVIES');
    const asked = await inSnowflake(
      on.demo,
      'SELECT query_text FROM TABLE(information_schema.query_history())',
    );
    const places = [kept, JSON.stringify(asked)];
    for (const part of Object.values(secrets).flat()) {
      for (const place of places) expect(place).not.toContain(part);
    }
  }, 120_000);

  /** The demo's, with a passphrase on its key and a role that logs in with a password. */
  async function withSecrets() {
    const { snowflake, sources, ...rest } = structuredClone(on.demo.config) as {
      snowflake: { rsa_key: string };
      sources: object[];
    };
    const [passphrase, password] = [
      randomBytes(12).toString('hex'),
      randomBytes(12).toString('hex'),
    ];
    const key = createPrivateKey(snowflake.rsa_key);
    const encrypted = key
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
      .toString();
    const { hostname, port } = new URL(on.demo.databaseUrl);
    await on.sql.query(`CREATE ROLE keeper LOGIN SUPERUSER PASSWORD '${password}'`);
    const config = {
      ...rest,
      snowflake: { ...snowflake, rsa_key: encrypted, rsa_key_passphrase: passphrase },
      postgres: {
        host: hostname,
        port: Number(port),
        user: 'keeper',
        password: '${SNOWMELT_SECRET_PW}',
      },
      sources,
    };
    const lines = [encrypted, snowflake.rsa_key].flatMap((pem) => pem.split('\n').slice(1, -2));
    return { config, secrets: { passphrase, password, key: lines } };
  }

  function withWrongPassword<T extends { postgres: object }>(config: T) {
    return { ...config, postgres: { ...config.postgres, password: 'x${SNOWMELT_SECRET_PW}' } };
  }

  /** Of the status schema, the ledger and the target. */
  async function everyRow(): Promise<string> {
    const { rows: tables } = await on.sql.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema IN ('snowmelt', 'migration_status')`,
    );
    expect(tables.length).toBeGreaterThan(5);
    const texts = [];
    for (const { name } of tables) {
      const { rows } = await on.sql.query<{ text: string | null }>(
        `SELECT string_agg(to_jsonb(t)::text, E'\n') AS text FROM ${name} t`,
      );
      texts.push(rows[0]?.text ?? '');
    }
    return texts.join('\n');
  }
});
