import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { startEmulator, type Emulator } from '@snowmelt/snowflake-emulator';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { endpoint } from '../src/connect/check-reachable.ts';
import { Network } from '../src/connect/network.ts';
import { proxyFor } from '../src/connect/proxy.ts';
import { createSnowflakeSource, type SnowflakeSourceOptions } from '../src/index.ts';
import { startSnowflake } from './fixtures/snowflake.ts';
import { tablePlan } from './fixtures/table-plan.ts';

const token = 'token-that-the-provider-gives';
const clientSecret = 'SECRET-of-the-client';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('logins by an identity provider', () => {
  let emulator: Emulator;
  let url = '';
  const asked: URLSearchParams[] = [];
  /** Gives a token to whoever knows the client's secret. */
  const provider = createServer((incoming, reply) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://provider');
    if (pathname === '/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'the-code');
      back.searchParams.set('state', searchParams.get('state') ?? '');
      reply.writeHead(302, { location: back.href }).end();
      return;
    }
    void text(incoming).then((body) => {
      const form = new URLSearchParams(body.startsWith('"') ? JSON.parse(body) : body);
      asked.push(form);
      const known = form.get('client_secret') === clientSecret;
      const answer = known
        ? { access_token: token, token_type: 'Bearer', expires_in: 60 }
        : { error: 'invalid_client', error_description: 'no such client' };
      reply
        .writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    });
  });

  beforeAll(async () => {
    emulator = await startEmulator({ users: [{ name: 'ROBOT', token }] });
    url = await listen(provider);
    process.env['SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'] = '127.0.0.1';
  });
  afterAll(async () => {
    delete process.env['SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'];
    provider.closeAllConnections();
    provider.close();
    await emulator.close();
  });

  const source = (options: Partial<SnowflakeSourceOptions>) =>
    createSnowflakeSource({ account: emulator.account, accessUrl: emulator.accessUrl, ...options });
  const oauth = () => ({ clientId: 'snowmelt', clientSecret, tokenRequestUrl: `${url}/token` });

  it('OAUTH_CLIENT_CREDENTIALS', async () => {
    await using used = source({
      authenticator: 'OAUTH_CLIENT_CREDENTIALS',
      oauth: { ...oauth(), scope: 'session:role:LOADER' },
    });
    expect(await used.ping(testContext())).toContain('ROBOT');
    const form = Object.fromEntries(asked.at(-1) ?? []);
    expect(form).toMatchObject({ grant_type: 'client_credentials', scope: 'session:role:LOADER' });
  });

  it('OAUTH_AUTHORIZATION_CODE, by whoever looks at the browser', async () => {
    await using used = source({
      authenticator: 'OAUTH_AUTHORIZATION_CODE',
      user: 'ROBOT',
      oauth: { ...oauth(), authorizationUrl: `${url}/authorize` },
      openBrowser: (address) => void fetch(address).catch(() => undefined),
    });
    expect(await used.ping(testContext())).toContain('ROBOT');
    expect(Object.fromEntries(asked.at(-1) ?? [])).toMatchObject({ code: 'the-code' });
  });

  it('WORKLOAD_IDENTITY by OIDC', async () => {
    await using used = source({
      authenticator: 'WORKLOAD_IDENTITY',
      workloadIdentity: { provider: 'OIDC' },
      token,
    });
    expect(await used.ping(testContext())).toContain('ROBOT');
  });

  it.each<[string, () => Partial<SnowflakeSourceOptions>, RegExp]>([
    [
      'a client that the provider does not know',
      () => ({
        authenticator: 'OAUTH_CLIENT_CREDENTIALS',
        oauth: { ...oauth(), clientSecret: 'SECRET-but-wrong' },
      }),
      /No token for the login: .*oauth_client_secret/su,
    ],
    [
      'a provider that is not there',
      () => ({
        authenticator: 'OAUTH_CLIENT_CREDENTIALS',
        oauth: { ...oauth(), tokenRequestUrl: 'http://127.0.0.1:1/token' },
      }),
      /No token for the login: .*oauth_token_request_url/su,
    ],
    [
      'a token that Snowflake does not know',
      () => ({
        authenticator: 'WORKLOAD_IDENTITY',
        workloadIdentity: { provider: 'OIDC' },
        token: 'SECRET-token',
      }),
      /OIDC token is not known/u,
    ],
  ])('P7, P8: %s is AUTH_FAILED, with a fix and no secret', async (_, options, said) => {
    await using used = source(options());
    const error: unknown = await used.ping(testContext()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SOURCE.AUTH_FAILED', retry: 'never' });
    const { message, fix } = error as Error & { fix: string };
    expect(`${message}\n${fix}`).toMatch(said);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('SECRET');
  });

  it('P7, P8: a workload identity is shown to no strange host', async () => {
    delete process.env['SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'];
    await using used = source({
      authenticator: 'WORKLOAD_IDENTITY',
      workloadIdentity: { provider: 'OIDC' },
      token,
    });
    await expect(used.ping(testContext())).rejects.toMatchObject({
      code: 'SOURCE.AUTH_FAILED',
      message: expect.stringContaining('SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'),
    });
    process.env['SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES'] = '127.0.0.1';
  });
});

describe('the host of an account', () => {
  it.each([
    ['MYORG-ACC1', 'https://MYORG-ACC1.snowflakecomputing.com'],
    ['myorg-my_acc', 'https://myorg-my-acc.snowflakecomputing.com'],
    ['xy12345.eu-central-1', 'https://xy12345.eu-central-1.snowflakecomputing.com'],
    ['xy12345.cn-north-1', 'https://xy12345.cn-north-1.snowflakecomputing.cn'],
  ])('%s is %s', (account, host) => {
    expect(endpoint({ account })).toBe(host);
    expect(endpoint({ account, accessUrl: 'https://here.example.com/' })).toBe(
      'https://here.example.com',
    );
  });
});

describe('a proxy', () => {
  const seen: string[] = [];
  let proxy = '';
  /** Passes tunnels and plain requests on, and writes down where to. */
  const server = createServer((incoming, reply) => {
    seen.push(`${incoming.method} ${incoming.headers.host}`);
    const { method, headers, url: path } = incoming;
    const [host, port] = (headers.host ?? '').split(':');
    const passed = send({ host, port, method, headers, path }, (answer: IncomingMessage) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    incoming.pipe(passed);
  });
  server.on('connect', (incoming, socket) => {
    seen.push(`CONNECT ${incoming.url}`);
    const [host, port] = (incoming.url ?? '').split(':');
    const on = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      on.pipe(socket);
      socket.pipe(on);
    });
    on.on('error', () => socket.destroy());
    socket.on('error', () => on.destroy());
  });

  beforeAll(async () => {
    proxy = await listen(server);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => {
    seen.length = 0;
    for (const name of ['http_proxy', 'HTTP_PROXY', 'no_proxy', 'NO_PROXY'])
      delete process.env[name];
  });

  it('that the configuration names is taken by the driver, for results and for staged files', async () => {
    await using snowflake = await startSnowflake({ results: { inlineRows: 0 } });
    await snowflake.createDatabase();
    await snowflake.run(
      'CREATE TABLE SHOP_1.SALES.T AS SELECT SEQ4() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 9))',
    );
    for (const extract of ['query', 'unload'] as const) {
      await using source = snowflake.source({ proxy: { url: proxy, bypass: [] } });
      seen.length = 0;
      const table = tablePlan({
        source: { database: 'SHOP_1', schema: 'SALES', name: 'T' },
        snapshot: { pinned: false, reason: 'off' },
        extract,
      });
      const context = testContext();
      for await (const chunk of source.plan(table, context)) {
        const chunks =
          chunk.kind === 'load'
            ? [chunk]
            : await Array.fromAsync(source.extracts.extract(table, chunk, context));
        const { bytes } = await source.open(table, chunks[0]!, context);
        expect((await text(bytes)).split('\n')).toHaveLength(10);
      }
      const host = new URL(snowflake.emulator.accessUrl).host;
      expect(seen).toContain(`CONNECT ${host}`);
      expect(seen).toContain(`POST ${host}`);
    }
  });

  it.each(['http_proxy', 'HTTP_PROXY'])(
    'of the environment (%s) is taken for downloads',
    async (name) => {
      const target = createServer((_, reply) => void reply.end('file'));
      const url = await listen(target);
      const network = new Network({ idleTimeout: 3000 });
      const get = async () => text(await network.get(url, {}, new AbortController().signal));
      process.env[name] = proxy;
      expect(await get()).toBe('file');
      expect(seen).toEqual([`CONNECT ${new URL(url).host}`]);
      process.env['no_proxy'] = 'example.com,127.0.0.1';
      expect(await get()).toBe('file');
      expect(seen).toHaveLength(1);
      network.close();
      target.closeAllConnections();
      target.close();
    },
  );

  it.each([
    ['sf.example.com', 'sf.example.com', false],
    ['sf.example.com', 'example.com', true],
    ['sf.example.com', '.example.com', false],
    ['sf.example.com', '*.example.com', false],
    ['sf.example.com', '*example*', false],
    ['SF.example.com', 'sf.EXAMPLE.com', false],
    ['sfxexample.com', 'sf.example.com', true],
  ])('%s with %s passed by: through it is %s', (host, pattern, through) => {
    const found = proxyFor(new URL(`https://${host}/`), { url: 'http://p:1', bypass: [pattern] });
    expect(found !== undefined).toBe(through);
  });
});
