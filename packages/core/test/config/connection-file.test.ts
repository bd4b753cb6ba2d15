import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadConfig, redact } from '../../src/index.ts';
import { exampleConfig } from './example.ts';
import { revealed } from './revealed.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'snowmelt-connections-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function put(name: string, text: string, mode = 0o600) {
  await mkdir(home, { recursive: true });
  await writeFile(join(home, name), text);
  await chmod(join(home, name), mode);
}

async function load(snowflake: Record<string, unknown>, env: Record<string, string> = {}) {
  const path = join(home, 'config.json');
  await writeFile(path, JSON.stringify({ ...exampleConfig(), snowflake }));
  const config = await loadConfig(path, { env: { SNOWFLAKE_HOME: home, ...env } });
  return revealed(config.snowflake);
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: Error & { fix: string }) => error,
  );

describe('snowflake.connection', () => {
  it('takes a connection by its name, and what stands beside it goes first', async () => {
    await put(
      'connections.toml',
      `[other]\naccount = "NO"\n[loader]\naccount = "ORG-ACC"\nusername = "U"\npassword = "SECRET-1"
       warehouse = "W"\nrole = "R"\ndatabase = "D"\nschema = "S"\nclient_session_keep_alive = true`,
    );
    expect(await load({ connection: 'loader', warehouse: 'MINE' })).toEqual({
      account: 'ORG-ACC',
      user: 'U',
      password: 'SECRET-1',
      warehouse: 'MINE',
      role: 'R',
    });
  });

  it('a login of the section replaces the whole login of the connection', async () => {
    await put(
      'connections.toml',
      '[c]\naccount = "A"\nuser = "U"\nauthenticator = "SNOWFLAKE"\npassword = "SECRET-1"',
    );
    expect(await load({ connection: 'c', token: 'SECRET-2' })).toEqual({
      account: 'A',
      user: 'U',
      token: 'SECRET-2',
    });
  });

  it('true is the default connection', async () => {
    const named = (name: string) => `[${name}]\naccount = "${name}"\nuser = "U"\ntoken = "t"\n`;
    await put('connections.toml', ['default', 'first', 'second'].map(named).join(''));
    expect(await load({ connection: true })).toMatchObject({ account: 'default' });
    await put('config.toml', 'default_connection_name = "first"');
    expect(await load({ connection: true })).toMatchObject({ account: 'first' });
    const env = { SNOWFLAKE_DEFAULT_CONNECTION_NAME: 'second' };
    expect(await load({ connection: true }, env)).toMatchObject({ account: 'second' });
  });

  it('config.toml has them below connections, unless connections.toml is there', async () => {
    await put('config.toml', '[connections.c]\naccount = "one"\nuser = "U"\ntoken = "t"');
    expect(await load({ connection: 'c' })).toMatchObject({ account: 'one' });
    await put('connections.toml', '[c]\naccount = "two"\nuser = "U"\ntoken = "t"');
    expect(await load({ connection: 'c' })).toMatchObject({ account: 'two' });
  });

  it('the environment sets single keys', async () => {
    await put('connections.toml', '[c]\naccount = "A"\nuser = "U"');
    const env = { SNOWFLAKE_CONNECTIONS_C_PASSWORD: 'SECRET-3' };
    expect(await load({ connection: 'c' }, env)).toMatchObject({ password: 'SECRET-3' });
  });

  it('knows the words of other clients', async () => {
    await put('token', 'SECRET-4\n');
    await put(
      'connections.toml',
      `[c]\naccount = "A"\nauthenticator = "OAUTH"\ntoken_file_path = "token"
       host = "127.0.0.1"\nport = 8080\nprotocol = "http"
       proxy_host = "proxy"\nproxy_port = 3128\nproxy_user = "me"\nproxy_password = "a/b"`,
    );
    expect(await load({ connection: 'c' })).toEqual({
      account: 'A',
      authenticator: 'oauth',
      token: 'SECRET-4',
      access_url: 'http://127.0.0.1:8080',
      proxy: 'http://me:a%2Fb@proxy:3128',
    });
  });

  it('P8: an unknown name is told with the known ones', async () => {
    await put('connections.toml', '[one]\naccount = "A"\n[two]\naccount = "A"');
    expect(await failure(load({ connection: 'three' }))).toMatchObject({
      code: 'CONFIG.INVALID',
      message: expect.stringMatching(/no connection three in .*; there are one, two$/u),
    });
  });

  it.each([0o640, 0o604, 0o620, 0o700, 0o644])('P7: a file of mode %o is refused', async (mode) => {
    await put('connections.toml', '[c]\naccount = "A"', mode);
    expect(await failure(load({ connection: 'c' }))).toMatchObject({
      code: 'CONFIG.INVALID',
      message: expect.stringContaining('is open to others'),
      fix: `Run: chmod 0600 ${join(home, 'connections.toml')}`,
    });
    const env = { SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION: 'true' };
    const open = await failure(load({ connection: 'c', user: 'U', password: 'p' }, env));
    expect(open).toBeUndefined();
  });

  it('P7: a file that is no TOML is told by its place, not by its text', async () => {
    await put('connections.toml', '[c]\npassword = "SECRET-5');
    const error = await failure(load({ connection: 'c' }));
    expect(error).toMatchObject({
      code: 'CONFIG.INVALID',
      message: /connections\.toml:2:\d+ is not/u,
    });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SECRET');
  });

  it('P7: what came from it is not shown', async () => {
    await put('connections.toml', '[c]\naccount = "A"\nuser = "U"\npassword = "SECRET-6"');
    const path = join(home, 'config.json');
    await writeFile(path, JSON.stringify({ ...exampleConfig(), snowflake: { connection: 'c' } }));
    const config = await loadConfig(path, { env: { SNOWFLAKE_HOME: home } });
    expect(config.snowflake.password?.reveal()).toBe('SECRET-6');
    expect(JSON.stringify(redact(config))).not.toContain('SECRET-6');
  });

  it('P8: a wrong value is told with the key of the section', async () => {
    await put('connections.toml', '[c]\naccount = "https://x.snowflakecomputing.com"\nuser = "U"');
    const said = await failure(load({ connection: 'c', password: 'p' }));
    expect(said?.message).toContain('snowflake.account: is an address');
  });
});
