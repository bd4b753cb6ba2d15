import { writeFile } from 'node:fs/promises';

import { SnowmeltError } from '@snowmelt/core';

import { readBack, type Logins } from './first-config.ts';

/** Writes the file, as far as `run` would take it. What is there stays, unless it may be overwritten. */
export async function writeConfig(
  sources: readonly object[],
  logins: Logins,
  { overwrite }: { readonly overwrite: boolean },
): Promise<void> {
  const { snowflake, postgres, path } = logins;
  const file = { snowflake, postgres, sources };
  await readBack(file, logins);
  try {
    await writeFile(path, `${JSON.stringify(file, undefined, 2)}\n`, {
      flag: overwrite ? 'w' : 'wx',
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const there = code === 'EEXIST';
    const reason = there ? 'is there already' : `can't be written (${code})`;
    throw new SnowmeltError('CLI.USAGE', `${path} ${reason}`, {
      cause: error,
      fix: there
        ? 'Say --force to overwrite it, or another file with --config.'
        : 'Say another file with --config.',
    });
  }
}
