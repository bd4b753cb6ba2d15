import { createPrivateKey } from 'node:crypto';

import { SnowmeltError } from '../errors/snowmelt-error.ts';

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
  const convert = 'openssl pkcs8 -topk8 -nocrypt -in rsa_key.pem -out rsa_key.p8';
  return keyError(
    `${from} is a PKCS#1 key (BEGIN RSA PRIVATE KEY); PKCS#8 is needed: ${convert}`,
    `Convert it: ${convert}`,
  );
}

export function keyError(message: string, fix?: string): SnowmeltError {
  return new SnowmeltError(
    'CONFIG.KEY_FORMAT',
    `snowflake.rsa_key: ${message}`,
    fix === undefined ? {} : { fix },
  );
}
