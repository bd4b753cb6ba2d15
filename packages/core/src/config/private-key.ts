import { createPrivateKey } from 'node:crypto';

import { SnowmeltError } from '../errors/snowmelt-error.ts';

const armoured = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/u;

/**
 * A key as PEM, however it was written down: with real line breaks, with `\\n`, on one line, or as
 * the base64 of its DER without the BEGIN and END lines. `undefined`: it is no key at all.
 */
export function toPem(written: string): string | undefined {
  const text = written
    .replaceAll(String.raw`\n`, '\n')
    .replaceAll('\r', '')
    .trim();
  if (text.includes('-----BEGIN ')) {
    const [, label, body = ''] = armoured.exec(text) ?? [];
    // A cut one, or one with headers such as Proc-Type, is left for the check to judge.
    if (label === undefined || body.includes(':')) return text;
    return armour(label, body);
  }
  const body = text.replaceAll(/\s/gu, '');
  if (body.length < 150 || !/^[A-Za-z0-9+/]+={0,2}$/u.test(body)) return undefined;
  return armour(labelOf(Buffer.from(body, 'base64')), body);
}

function armour(label: string, body: string): string {
  const lines = body.replaceAll(/\s/gu, '').match(/.{1,64}/gu) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/**
 * By the first elements of the DER: an encrypted PKCS#8 key is two sequences (RFC 5958, section 3), a
 * plain one begins with a version and an algorithm (section 2), PKCS#1 with a version and a number
 * (RFC 8017, A.1.2).
 */
function labelOf(der: Buffer): string {
  const start = 2 + (((der[1] ?? 0) & 0x80) === 0 ? 0 : (der[1] ?? 0) & 0x7f);
  if (der[start] === 0x30) return 'ENCRYPTED PRIVATE KEY';
  return der[start + 3] === 0x30 ? 'PRIVATE KEY' : 'RSA PRIVATE KEY';
}

/**
 * Checks the PEM of `snowflake.rsa_key`. Throws `CONFIG.KEY_FORMAT`; nothing of the key reaches a
 * message. `from` says where the PEM came from.
 */
export function checkPrivateKey(pem: string, passphrase: string | undefined, from: string): void {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === 'RSA PRIVATE KEY') throw pkcs1(from);
  if (label !== 'PRIVATE KEY' && label !== 'ENCRYPTED PRIVATE KEY') {
    throw keyError(`${from} holds ${label === undefined ? 'no PEM' : `a ${label}`}`);
  }
  if (label === 'ENCRYPTED PRIVATE KEY' && passphrase === undefined) {
    throw keyError(
      `${from} is encrypted and rsa_key_passphrase is missing`,
      'Set snowflake.rsa_key_passphrase.',
    );
  }
  const type = keyType(pem, passphrase, from);
  if (type !== 'rsa') throw keyError(`${from} holds a key of type ${type}; Snowflake takes RSA`);
}

function keyType(pem: string, passphrase: string | undefined, from: string): string {
  try {
    const options = passphrase === undefined ? { key: pem } : { key: pem, passphrase };
    return createPrivateKey(options).asymmetricKeyType ?? 'unknown';
  } catch {
    if (pem.includes('-----BEGIN ENCRYPTED')) {
      throw keyError(
        `${from} cannot be decrypted with rsa_key_passphrase`,
        'Check snowflake.rsa_key_passphrase, and that the key was copied whole.',
      );
    }
    throw keyError(`${from} cannot be read as a key; it may have been cut or changed`);
  }
}

function pkcs1(from: string): SnowmeltError {
  const old = from.includes(' ') ? 'rsa_key.pem' : from;
  const convert = `openssl pkcs8 -topk8 -nocrypt -in ${old} -out rsa_key.p8`;
  return keyError(
    `${from} is a PKCS#1 key (BEGIN RSA PRIVATE KEY); PKCS#8 is needed: ${convert}`,
    `Convert it: ${convert}; then set snowflake.rsa_key: rsa_key.p8.`,
  );
}

export function keyError(message: string, fix?: string): SnowmeltError {
  return new SnowmeltError(
    'CONFIG.KEY_FORMAT',
    `snowflake.rsa_key: ${message}`,
    fix === undefined ? {} : { fix },
  );
}
