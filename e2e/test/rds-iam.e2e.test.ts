import { startDemo, type Demo } from '@snowmelt/demo';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startRdsServer, type RdsServer } from './support/rds-server.ts';
import { configFile, snowmelt } from './support/snowmelt.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG';

describe('postgres.auth: rds_iam', () => {
  let demo: Demo;
  let server: RdsServer;

  beforeAll(async () => {
    demo = await startDemo({ tables: ['SPECIES'] });
    server = await startRdsServer(demo.databaseUrl);
  }, 180_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
  });

  function config(ssl: object = { ca: server.authority }) {
    const postgres = {
      host: 'localhost',
      port: server.port,
      user: 'loader',
      auth: 'rds_iam',
      aws_region: 'eu-west-1',
      ssl,
    };
    return { ...demo.config, postgres };
  }

  it('P7: a run logs in with tokens alone, and none is left anywhere', async () => {
    await using file = await configFile(config());
    const ended = await snowmelt(
      ['run', '--config', file.path, '--json', '--log-level', 'debug'],
      credentials,
    );
    expect(ended.code, ended.stderr).toBe(0);
    // One for the status database and its owner, and those of the target.
    expect(server.tokens.length).toBeGreaterThan(2);
    for (const token of server.tokens) {
      expect(token).toMatch(
        new RegExp(`^localhost:${server.port}/\\?Action=connect&DBUser=loader&.*%2Feu-west-1%2F`),
      );
    }
    const rows = await statusRows(demo.databaseUrl);
    for (const said of [ended.stdout, ended.stderr, rows]) {
      expect(said).not.toContain('X-Amz-Signature');
      expect(said).not.toContain(secret);
    }
  }, 120_000);

  it('P8: without credentials it ends with the code and where they are looked for', async () => {
    await using file = await configFile(config());
    const nowhere = { AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' };
    const ended = await snowmelt(['run', '--config', file.path], {
      ...nowhere,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('TARGET.AUTH_FAILED');
    expect(ended.stderr).toContain('AWS_ACCESS_KEY_ID');
  }, 60_000);

  it('P7: a server whose certificate is not verified gets no token', async () => {
    const before = server.tokens.length;
    await using file = await configFile(config({}));
    const ended = await snowmelt(['run', '--config', file.path], credentials);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('TARGET.TLS');
    expect(server.tokens).toHaveLength(before);
  }, 60_000);
});

const credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: secret };

async function statusRows(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    'SELECT to_jsonb(r) AS run, to_jsonb(t) AS tables FROM migration_status.migration_runs r JOIN migration_status.migration_table_status t USING (run_id)',
  );
  await client.end();
  return JSON.stringify(rows);
}
