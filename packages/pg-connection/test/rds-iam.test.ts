import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { PostgresConnection } from '../src/connection.ts';
import { resolveConnection } from '../src/resolve-connection.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG';
const rds: PostgresConnection = {
  auth: 'rds_iam',
  host: 'db.c0ffee.eu-west-1.rds.amazonaws.com',
  port: 5433,
  user: 'loader',
};

beforeEach(() => {
  for (const name of ['PGHOST', 'PGPORT', 'PGUSER', 'AWS_REGION', 'AWS_DEFAULT_REGION']) {
    vi.stubEnv(name, undefined);
  }
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-05-01T10:00:00Z') });
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

async function token(connection: PostgresConnection): Promise<URL> {
  const { password } = resolveConnection(connection);
  if (typeof password !== 'function') throw new TypeError('expected a function');
  return new URL(`https://${await password()}`);
}

describe('auth: rds_iam', () => {
  it('signs a token for the user, the server and its region', async () => {
    const { host, pathname, searchParams } = await token(rds);
    expect([host, pathname]).toEqual(['db.c0ffee.eu-west-1.rds.amazonaws.com:5433', '/']);
    expect(Object.fromEntries(searchParams)).toEqual({
      Action: 'connect',
      DBUser: 'loader',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20260501/eu-west-1/rds-db/aws4_request',
      'X-Amz-Date': '20260501T100000Z',
      'X-Amz-Expires': '900',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
      'X-Amz-SignedHeaders': 'host',
    });
  });

  it('a later connection gets a token of its own time', async () => {
    const { password } = resolveConnection(rds);
    if (typeof password !== 'function') throw new TypeError('expected a function');
    const first = await password();
    vi.setSystemTime(new Date('2026-05-01T10:20:00Z'));
    const second = await password();
    expect(first).toContain('X-Amz-Date=20260501T100000Z');
    expect(second).toContain('X-Amz-Date=20260501T102000Z');
  });

  const regions: readonly (readonly [Partial<PostgresConnection>, string])[] = [
    [{ host: 'c.cluster-ro-x1.us-gov-west-1.rds.amazonaws.com' }, 'us-gov-west-1'],
    [{ host: 'p.proxy-x1.ap-southeast-2.rds.amazonaws.com' }, 'ap-southeast-2'],
    [{ host: 'db.x1.cn-north-1.rds.amazonaws.com.cn' }, 'cn-north-1'],
    [{ awsRegion: 'eu-central-1' }, 'eu-central-1'],
  ];
  it.each(regions)('%j is in %s, whatever AWS_REGION says', async (parts, region) => {
    vi.stubEnv('AWS_REGION', 'sa-east-1');
    const { searchParams } = await token({ ...rds, ...parts });
    expect(searchParams.get('X-Amz-Credential')).toContain(`/${region}/rds-db/`);
  });

  it('takes AWS_REGION for a host that does not tell', async () => {
    const elsewhere = { ...rds, host: 'db.example.com' };
    expect(() => resolveConnection(elsewhere)).toThrow(/does not tell its AWS region/);
    vi.stubEnv('AWS_REGION', 'sa-east-1');
    const { searchParams } = await token(elsewhere);
    expect(searchParams.get('X-Amz-Credential')).toContain('/sa-east-1/');
  });

  it('P7: certificates are verified, and no mode that can do without TLS is taken', () => {
    expect(resolveConnection(rds).ssl).toEqual({ mode: 'verify-full' });
    expect(resolveConnection({ ...rds, ssl: { mode: 'verify-ca', ca: 'x' } }).ssl).toEqual({
      mode: 'verify-ca',
      ca: 'x',
    });
    for (const mode of ['disable', 'allow', 'prefer'] as const) {
      expect(() => resolveConnection({ ...rds, ssl: { mode } })).toThrow(
        expect.objectContaining({ code: 'CONFIG.INVALID' }),
      );
    }
    const url = `postgresql://loader@${rds.host}/?sslmode=disable`;
    expect(() => resolveConnection({ auth: 'rds_iam', url })).toThrow(/needs TLS/);
  });

  it.each([
    [{ password: 'x' }, 'takes no password'],
    [{ host: '/run/postgresql' }, 'host name'],
    [{ host: undefined }, 'host name'],
    [{ user: undefined }, 'needs a user'],
  ])('P8: %j is refused', (parts, problem) => {
    expect(() => resolveConnection({ ...rds, ...parts } as PostgresConnection)).toThrow(
      expect.objectContaining({
        code: 'CONFIG.INVALID',
        message: expect.stringContaining(problem),
      }),
    );
  });

  it('P8: without credentials it says where they are looked for', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    await expect(token(rds)).rejects.toMatchObject({
      code: 'TARGET.AUTH_FAILED',
      message: expect.stringContaining('no IAM token for loader'),
      fix: expect.stringContaining('AWS_PROFILE'),
    });
  });

  it('P7: the connection shows neither key nor token', async () => {
    const connection = resolveConnection(rds);
    await token(rds);
    expect(inspect(connection, { depth: null, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(connection)).not.toContain('X-Amz');
  });
});
