import { Client } from 'pg';
import { describe, expect, inject, it, vi } from 'vitest';

import { postgresUrlVariable, startPostgres } from '../../src/postgres.ts';
import { testDatabase } from '../../src/postgres/test-database.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const databases = 'SELECT datname FROM pg_database';

describe('the shared server', () => {
  it('gives a database of its own, in UTF-8, that is gone after its disposal', async () => {
    const database = await testDatabase();
    expect(await query(database.url, 'SELECT current_database()')).toEqual([database.database]);
    expect(await query(database.url, 'SHOW server_encoding')).toEqual(['UTF8']);
    await database[Symbol.asyncDispose]();
    expect(await query(inject('postgres').url, databases)).not.toContain(database.database);
  });

  it('is of the version that it says', async () => {
    const { url, version } = inject('postgres');
    expect(await query(url, 'SHOW server_version')).toEqual([version]);
  });
});

describe('an embedded server', () => {
  it('crashes when told to, and is back on its data and port', async () => {
    await using server = await startPostgres({ origin: 'embedded' });
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const began = 'SELECT pg_postmaster_start_time()::text';
    const before = await query(server.url, began);
    for (let time = 0; time < 2; time += 1) await server.crash?.();
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([7]);
    expect(await query(server.url, began)).not.toEqual(before);
  });

  it('begins with the data that the shared one began with, and with nothing else of it', async () => {
    const identity = 'SELECT system_identifier::text FROM pg_control_system()';
    await query(inject('postgres').url, 'CREATE TABLE IF NOT EXISTS of_the_shared_one ()');
    await using server = await startPostgres({ origin: 'embedded' });
    expect(await query(server.url, identity)).toEqual(
      await query(inject('postgres').url, identity),
    );
    expect(await query(server.url, `SELECT to_regclass('of_the_shared_one')`)).toEqual([null]);
  });

  it('trades durability for speed unless told otherwise, and takes settings', async () => {
    await using fast = await startPostgres({ origin: 'embedded' });
    expect(await query(fast.url, 'SHOW fsync')).toEqual(['off']);
    const settings = { max_connections: '7', application_name: "it's" };
    await using sure = await startPostgres({ origin: 'embedded', durable: true, settings });
    expect(await query(sure.url, 'SHOW fsync')).toEqual(['on']);
    expect(await query(sure.url, 'SHOW max_connections')).toEqual(['7']);
    expect(sure.origin).toBe('embedded');
  });

  it('asks for its password', async () => {
    await using server = await startPostgres({ origin: 'embedded' });
    const open = server.url.replace(server.password, 'wrong');
    await expect(query(open, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it('listens on the loopback only', async () => {
    await using server = await startPostgres({ origin: 'embedded' });
    expect(server.host).toBe('127.0.0.1');
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual(['']);
  });

  it('says why it does not start', async () => {
    const start = startPostgres({ origin: 'embedded', settings: { no_such_setting: '1' } });
    await expect(start).rejects.toThrow(/no_such_setting/);
  });

  it('makes databases by name, however it is written', async () => {
    await using server = await startPostgres({ origin: 'embedded' });
    const url = await server.createDatabase('Ünique "name" %');
    expect(await query(url, 'SELECT current_database()')).toEqual(['Ünique "name" %']);
  });
});

describe('a server given by URL', () => {
  it('is used as it is; only the databases made here go', async () => {
    const { url } = inject('postgres');
    vi.stubEnv(postgresUrlVariable, url);
    try {
      const server = await startPostgres();
      expect(server.origin).toBe('url');
      const name = new URL(await server.createDatabase()).pathname.slice(1);
      expect(await query(url, databases)).toContain(name);
      await server.stop();
      expect(await query(url, databases)).not.toContain(name);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
