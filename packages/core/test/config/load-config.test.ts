import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { loadConfig, loadEnvFile } from '../../src/index.ts';
import { exampleConfig } from './example.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const pkcs1 = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const encrypted = pair.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'opensesame' })
  .toString();
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** What stands between BEGIN and END. */
function body(pem: string, separator = ''): string {
  return pem.trim().split('\n').slice(1, -1).join(separator);
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snowmelt-config-'));
  await writeFile(join(folder, 'key.p8'), pkcs8);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(login: Record<string, unknown>, name = 'config.json') {
  const snowflake = { account: 'A', user: 'U', ...login };
  const value = { ...exampleConfig(), snowflake };
  const path = join(folder, name);
  await writeFile(path, name.endsWith('.json') ? JSON.stringify(value) : stringify(value));
  return loadConfig(path, { env: { PEM: pkcs8 } });
}

describe('snowflake.rsa_key', () => {
  it('is a PEM, one with \\n, a variable, or a path beside the configuration', async () => {
    for (const rsa_key of [pkcs8, pkcs8.replaceAll('\n', String.raw`\n`), '${PEM}', 'key.p8']) {
      expect((await load({ rsa_key })).snowflake.rsa_key?.reveal()).toBe(pkcs8);
    }
  });

  it.each([
    ['one line', pkcs8.replaceAll('\n', ' ')],
    ['one line without blanks', pkcs8.replaceAll('\n', '')],
    ['base64 without BEGIN and END', body(pkcs8)],
    ['base64 in lines', body(pkcs8, '\n')],
    ['base64 with \\n', body(pkcs8, String.raw`\n`)],
    ['CRLF', pkcs8.replaceAll('\n', '\r\n')],
    ['blanks around it', `  ${pkcs8}\n\n`],
  ])('may be written as %s, in the file or in one of its own', async (_, written) => {
    await writeFile(join(folder, 'written.key'), written);
    expect((await load({ rsa_key: written })).snowflake.rsa_key?.reveal()).toBe(pkcs8);
    expect((await load({ rsa_key: 'written.key' })).snowflake.rsa_key?.reveal()).toBe(pkcs8);
  });

  it('may be base64 of an encrypted key', async () => {
    const login = { rsa_key: body(encrypted), rsa_key_passphrase: 'opensesame' };
    expect((await load(login)).snowflake.rsa_key?.reveal()).toBe(encrypted);
  });

  it('may be encrypted', async () => {
    const config = await load({ rsa_key: encrypted, rsa_key_passphrase: 'opensesame' });
    expect(config.snowflake.rsa_key?.reveal()).toBe(encrypted);
  });

  const refused: readonly [string, Record<string, unknown>, RegExp][] = [
    ['PKCS#1', { rsa_key: pkcs1 }, /openssl pkcs8 -topk8/],
    ['encrypted without passphrase', { rsa_key: encrypted }, /rsa_key_passphrase is missing/],
    ['wrong passphrase', { rsa_key: encrypted, rsa_key_passphrase: 'x' }, /cannot be decrypted/],
    ['not RSA', { rsa_key: elliptic }, /type ec/],
    [
      'cut',
      { rsa_key: pkcs8.replace(/.{300}/s, '-----BEGIN PRIVATE KEY-----\n') },
      /cut or changed/,
    ],
    ['body only, cut', { rsa_key: body(pkcs8).slice(0, 900) }, /cut or changed/],
    ['body only, of PKCS#1', { rsa_key: body(pkcs1) }, /openssl pkcs8 -topk8/],
    ['body only, encrypted', { rsa_key: body(encrypted) }, /rsa_key_passphrase is missing/],
    ['garbage', { rsa_key: `MII${'!'.repeat(200)}` }, /neither a PEM nor base64/],
    ['no such file', { rsa_key: 'nowhere.p8' }, /cannot read .*nowhere\.p8 \(ENOENT\)/],
    ['a certificate', { rsa_key: '-----BEGIN CERTIFICATE-----' }, /holds a CERTIFICATE/],
  ];
  it.each(refused)('P7, P8: %s is refused without showing the key', async (_, login, message) => {
    const error: unknown = await load(login).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'CONFIG.KEY_FORMAT',
      message: expect.stringMatching(message),
    });
    expect(String(error)).not.toContain(pkcs8.split('\n')[5]);
    expect(String(error)).not.toContain('opensesame');
  });
});

describe('files', () => {
  it('YAML has the same keys', async () => {
    const config = await load({ rsa_key: 'key.p8' }, 'config.yaml');
    expect(config).toEqual(await load({ rsa_key: 'key.p8' }));
  });

  it('P8: a missing file is named', async () => {
    await expect(loadConfig(join(folder, 'none.json'), { env: {} })).rejects.toMatchObject({
      code: 'CONFIG.NOT_FOUND',
      message: expect.stringContaining('none.json: there is no such file'),
    });
  });

  it('a .env file gives variables', async () => {
    const path = join(folder, '.env');
    await writeFile(path, '# comment\nA=1\nexport B="two words"\n');
    expect(await loadEnvFile(path)).toEqual({ A: '1', B: 'two words' });
  });
});
