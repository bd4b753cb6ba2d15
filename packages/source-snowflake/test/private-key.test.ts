import { generateKeyPairSync } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { readPrivateKey } from '../src/connect/credentials.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const plain = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const encrypted = privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
  .toString();

function failure(text: string, passphrase?: string): { code: string; message: string } {
  try {
    readPrivateKey(text, passphrase);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('the key was taken');
}

describe('readPrivateKey', () => {
  it.each([
    ['plain', plain, undefined],
    ['with \\n for its line ends', plain.replaceAll('\n', String.raw`\n`), undefined],
    ['with CR LF', plain.replaceAll('\n', '\r\n'), undefined],
    ['encrypted', encrypted, 'open sesame'],
    ['plain, with a passphrase that it does not need', plain, 'open sesame'],
  ])('takes PKCS#8 %s', (_, text, passphrase) => {
    expect(readPrivateKey(text, passphrase)).toBe(plain);
  });

  it.each([
    ['PKCS#1', privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), undefined],
    ['a wrong passphrase', encrypted, 'wrong'],
    ['no passphrase', encrypted, undefined],
    ['no PEM', 'rsa_key.p8', undefined],
    ['a broken body', plain.replace(/\n[\w+/=]+\n/u, '\nAAAA\n'), undefined],
    [
      'another kind of key',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      undefined,
    ],
  ])(
    'P8, P7: refuses %s with the line that makes a good one, and shows no key',
    (_, text, pass) => {
      const { code, message } = failure(text, pass);
      expect(code).toBe('CONFIG.KEY_FORMAT');
      expect(message).toContain('openssl pkcs8 -topk8');
      expect(message).not.toContain('wrong');
      expect(message).not.toMatch(/[A-Za-z0-9+/]{40}/u);
    },
  );
});
