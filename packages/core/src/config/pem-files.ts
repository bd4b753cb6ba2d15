import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { checkPrivateKey, keyError, toPem } from './private-key.ts';
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

async function readRsaKey({ snowflake }: Config, folder: string): Promise<{ rsa_key?: string }> {
  const { rsa_key: given, rsa_key_passphrase: passphrase } = snowflake;
  if (given === undefined) return {};
  const written = toPem(given);
  if (written !== undefined) {
    checkPrivateKey(written, passphrase, 'the PEM');
    return { rsa_key: written };
  }
  if (looksLikeKey(given)) throw keyError('looks like a key, but is neither a PEM nor base64');
  const path = pathOf(given, folder);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw keyError(`cannot read ${path} (${reasonOf(error)})`, 'Give a PEM, or its path.');
  });
  const pem = toPem(text) ?? text;
  checkPrivateKey(pem, passphrase, path);
  return { rsa_key: pem };
}

async function readSsl(
  { ssl }: PostgresConfig,
  folder: string,
): Promise<Pick<PostgresConfig, 'ssl'>> {
  if (ssl === undefined) return {};
  const read = { ...ssl };
  for (const key of ['ca', 'cert', 'key'] as const) {
    const value = ssl[key];
    if (value !== undefined) read[key] = await readPem(value, `postgres.ssl.${key}`, folder);
  }
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
