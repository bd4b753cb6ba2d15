import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { run } from '@oclif/core';

import { exitCodeOf } from './failure/exit-codes.ts';
import { showFailure } from './failure/show-failure.ts';

/**
 * Runs a command line and leaves its exit code in the process: 0 done, 1 a bug, 2 an expected
 * failure, 3 stopped with work left, 4 done with findings.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await run([...argv], await loadOptions());
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    showFailure(error, { json: wantsJson(argv), bin: 'snowmelt' });
  }
}

/** The package's own description; the commands are beside this file, built or not. */
async function loadOptions() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const pjson = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const built = import.meta.url.endsWith('.js');
  pjson.oclif.commands.target = built ? './dist/commands.js' : './src/commands.ts';
  return { root, pjson, enableAutoTranspile: false };
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}
