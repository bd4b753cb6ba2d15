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
  const fail = (error: unknown): void => {
    process.exitCode = exitCodeOf(error);
    showFailure(error, { json: wantsJson(argv), bin: 'snowmelt' });
  };
  // Thrown where nobody could catch it: Node would print the source text, which may be rows (P7).
  process.once('uncaughtException', (error) => {
    fail(error);
    process.stdout.write('', () => process.exit());
  });
  try {
    await run([...argv], await loadOptions());
  } catch (error) {
    fail(error);
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
