import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { completeFromConnection } from './connection-file.ts';
import type { Environment } from './expand-variables.ts';
import { parseConfig } from './parse-config.ts';
import { readPemFiles } from './pem-files.ts';
import type { Config } from './schema/config.ts';

/** Reads, checks and completes a configuration file: variables and keys are in their places. */
export async function loadConfig(path: string, options: { env: Environment }): Promise<Config> {
  return await loadConfigText(await readGiven(path), { ...options, path });
}

/**
 * The same of a text that is not in a file, or no more. `path` names it in messages; its ending says
 * what it is, and paths in it begin at its folder.
 */
export async function loadConfigText(
  text: string,
  { env, path }: { readonly env: Environment; readonly path: string },
): Promise<Config> {
  const config = parseConfig(text, {
    env,
    path,
    complete: (snowflake) => completeFromConnection(snowflake, env),
  });
  return readPemFiles(config, dirname(resolve(path)));
}

/** The variables of a `.env` file; `parseEnv` of Node says what its syntax is. */
export async function loadEnvFile(path: string): Promise<Environment> {
  return parseEnv(await readGiven(path, 'Give the path of a .env file with --env-file.'));
}

async function readGiven(path: string, fix?: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const reason = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    throw new SnowmeltError('CONFIG.NOT_FOUND', `${resolve(path)}: ${reason}`, {
      cause: error,
      ...(fix === undefined ? {} : { fix }),
    });
  }
}
