import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect, failureOf } from './driver.ts';
import { keyPair, publicKey, startTestEmulator } from './test-emulator.ts';
import { logIn } from './wire.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
afterAll(() => emulator.close());

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('login by password', () => {
  it('opens a session', async () => {
    await using session = await connect(emulator);
    expect((await session.query('SELECT 1 AS ONE')).rows).toHaveLength(1);
  });

  it.each([
    ['a wrong password', { password: 'wrong' }],
    ['an unknown user', { username: 'nobody' }],
    ['another account', { account: 'elsewhere' }],
  ])('refuses %s with 390100', async (_name, options) => {
    const error = await failureOf(connect(emulator, options));
    expect(String(error.code)).toBe('390100');
  });

  it('refuses an authenticator it does not have, and says so', async () => {
    const reply = await logIn(emulator, { AUTHENTICATOR: 'EXTERNALBROWSER' });
    expect(reply).toMatchObject({ success: false, code: '390100' });
    expect(reply.message).toContain('EXTERNALBROWSER is not supported');
  });

  it('takes the database, schema, warehouse and role that the login names', async () => {
    const reply = await logIn(emulator);
    expect(reply.data.sessionInfo).toMatchObject({
      accountName: emulator.account,
      databaseName: 'DB',
      schemaName: 'PUBLIC',
    });
    expect(reply.data.parameters).toContainEqual(expect.objectContaining({ name: 'TIMEZONE' }));
  });
});

describe('login by key pair', () => {
  const authenticator = 'SNOWFLAKE_JWT';

  it('accepts the registered key, as the driver signs with it', async () => {
    await using session = await connect(emulator, {
      authenticator,
      privateKey: pem(keyPair.privateKey),
    });
    expect(session.connection.isUp()).toBe(true);
  });

  it('accepts a public key given as bare base64, as ALTER USER takes it', async () => {
    const bare = publicKey.replaceAll(/-----[^-]+-----|\n/g, '');
    await using other = await startTestEmulator({ users: [{ name: 'mover', publicKey: bare }] });
    await using session = await connect(other, {
      authenticator,
      privateKey: pem(keyPair.privateKey),
    });
    expect(session.connection.isUp()).toBe(true);
  });

  it('refuses another key with 390144', async () => {
    const privateKey = pem(stranger.privateKey);
    const error = await failureOf(connect(emulator, { authenticator, privateKey }));
    expect(String(error.code)).toBe('390144');
  });

  it('refuses to start with a public key that is none', async () => {
    await expect(
      startTestEmulator({ users: [{ name: 'mover', publicKey: 'not a key' }] }),
    ).rejects.toThrow();
  });

  const subject = 'EMULATOR.MOVER';
  const seconds = () => Math.floor(Date.now() / 1000);
  const fingerprint = (key: KeyObject): string =>
    `SHA256:${createHash('sha256')
      .update(key.export({ format: 'der', type: 'spki' }))
      .digest('base64')}`;
  const good = () => ({
    iss: `${subject}.${fingerprint(keyPair.publicKey)}`,
    sub: subject,
    iat: seconds(),
    exp: seconds() + 60,
  });
  const logInWith = async (claims: Record<string, unknown>, key = keyPair.privateKey) => {
    const jwt = new SignJWT({ ...good(), ...claims }).setProtectedHeader({ alg: 'RS256' });
    return logIn(emulator, { AUTHENTICATOR: authenticator, TOKEN: await jwt.sign(key) });
  };

  it('accepts times in seconds, as other drivers write them', async () => {
    expect(await logInWith({})).toMatchObject({ success: true });
  });

  it.each([
    ['a token that has expired', { exp: seconds() - 10 }],
    ['a token that has expired, in milliseconds', { exp: Date.now() - 1000 }],
    ['a token issued more than an hour ago', { iat: seconds() - 3700 }],
    ['a token from the future', { iat: seconds() + 3600, exp: seconds() + 7200 }],
    ['the fingerprint of another key', { iss: `${subject}.${fingerprint(stranger.publicKey)}` }],
    ['the subject of another user', { sub: 'EMULATOR.SOMEONE' }],
    ['the issuer of another account', { iss: `ELSEWHERE.MOVER.${fingerprint(keyPair.publicKey)}` }],
  ])('refuses %s with 390144', async (_name, claims) => {
    expect(await logInWith(claims)).toMatchObject({ success: false, code: '390144' });
  });

  it('refuses a signature by another key under the right claims', async () => {
    const reply = await logInWith({}, stranger.privateKey);
    expect(reply).toMatchObject({ success: false, code: '390144' });
  });
});

describe('login by token', () => {
  it.each(['OAUTH', 'PROGRAMMATIC_ACCESS_TOKEN'])(
    'accepts a registered token: %s',
    async (authenticator) => {
      await using session = await connect(emulator, { authenticator, token: 'an-access-token' });
      expect(session.connection.isUp()).toBe(true);
    },
  );

  it.each([
    ['OAUTH', '390303'],
    ['PROGRAMMATIC_ACCESS_TOKEN', '394400'],
  ])('refuses an unknown token: %s with %s', async (authenticator, code) => {
    const error = await failureOf(connect(emulator, { authenticator, token: 'made-up' }));
    expect(String(error.code)).toBe(code);
  });
});
