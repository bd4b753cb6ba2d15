import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { Secret } from '../secret/secret.ts';
import type { Config } from './schema/config.ts';
import type { PostgresConfig } from './schema/postgres.ts';

/**
 * The same configuration with every PEM in place of its path. Paths are relative to `folder`.
 * Throws `CONFIG.KEY_FORMAT` for the private key of Snowflake, `CONFIG.INVALID` for others.
 */
export async function readPemFiles(config: Config, folder: string): Promise<Config> {
  return {
    ...config,
    snowflake: { ...config.snowflake, ...(await readRsaKey(config, folder)) },
    postgres: { ...config.postgres, ...(await readSsl(config.postgres, folder)) },
  };
}

async function readRsaKey({ snowflake }: Config, folder: string): Promise<{ rsa_key?: Secret }> {
  if (snowflake.rsa_key === undefined) return {};
  const given = snowflake.rsa_key.reveal();
  const passphrase = snowflake.rsa_key_passphrase?.reveal();
  const written = toPem(given);
  if (written !== undefined) {
    checkPrivateKey(written, passphrase, 'the PEM');
    return { rsa_key: new Secret(written) };
  }
  if (looksLikeKey(given)) throw keyError('looks like a key, but is neither a PEM nor base64');
  const path = pathOf(given, folder);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw keyError(`cannot read ${path} (${reasonOf(error)})`, 'Give a PEM, or its path.');
  });
  const pem = toPem(text) ?? text;
  checkPrivateKey(pem, passphrase, path);
  return { rsa_key: new Secret(pem) };
}

async function readSsl(
  { ssl }: PostgresConfig,
  folder: string,
): Promise<Pick<PostgresConfig, 'ssl'>> {
  if (ssl === undefined) return {};
  const read = { ...ssl };
  for (const name of ['ca', 'cert'] as const) {
    const value = ssl[name];
    if (value !== undefined) read[name] = await readPem(value, `postgres.ssl.${name}`, folder);
  }
  const key = ssl.key?.reveal();
  if (key !== undefined) read.key = new Secret(await readPem(key, 'postgres.ssl.key', folder));
  return { ssl: read };
}

async function readPem(value: string, key: string, folder: string): Promise<string> {
  if (isPem(value)) return withLines(value);
  const failure = (problem: string) =>
    new SnowmeltError('CONFIG.INVALID', `${key}: ${problem}`, { fix: 'Give a PEM, or its path.' });
  if (looksLikeKey(value)) throw failure('looks like a PEM without its BEGIN and END lines');
  const path = pathOf(value, folder);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw failure(`cannot read ${path} (${reasonOf(error)})`);
  });
  if (!isPem(text)) throw failure(`${path} holds no PEM`);
  return text;
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

/** Environment variables and JSON often carry a PEM with `\n` in place of its line breaks. */
function withLines(pem: string): string {
  return pem.replaceAll(String.raw`\n`, '\n');
}

/** Such a text must not be taken for a path, since a path that is not found is shown. */
function looksLikeKey(text: string): boolean {
  return text.length > 150 || text.startsWith('MII') || text.includes('\n');
}

function pathOf(value: string, folder: string): string {
  return value.startsWith('~/') ? resolve(homedir(), value.slice(2)) : resolve(folder, value);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

const armoured = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/u;

/**
 * A key as PEM, however it was written down: with real line breaks, with `\\n`, on one line, or as
 * the base64 of its DER without the BEGIN and END lines. `undefined`: it is no key at all.
 */
function toPem(written: string): string | undefined {
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
function checkPrivateKey(pem: string, passphrase: string | undefined, from: string): void {
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

function keyError(message: string, fix?: string): SnowmeltError {
  return new SnowmeltError(
    'CONFIG.KEY_FORMAT',
    `snowflake.rsa_key: ${message}`,
    fix === undefined ? {} : { fix },
  );
}
