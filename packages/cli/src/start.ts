import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { run } from '@oclif/core';

import { commandList, findCommand } from './command-list.ts';
import { exitCodeOf } from './failure/exit-codes.ts';
import { showFailure } from './failure/show-failure.ts';
import { unknownCommand } from './failure/unknown-command.ts';

/** The way of a command line that is not only asked for the version; see `main`. */
export async function start(argv: readonly string[]): Promise<void> {
  const fail = (error: unknown): void => {
    process.exitCode = exitCodeOf(error);
    showFailure(error, { json: has(argv, '--json'), bin: 'snowmelt' });
  };
  // Thrown where nobody could catch it: Node would print the source text, which may be rows (P7).
  process.once('uncaughtException', (error) => {
    fail(error);
    process.stdout.write('', () => process.exit());
  });
  try {
    await carryOut(argv);
  } catch (error) {
    fail(error);
  }
}

async function carryOut(argv: readonly string[]): Promise<void> {
  const found = findCommand(argv);
  const help = ['--help', '-h'].some((flag) => has(argv, flag));
  // Completion is made of all of them.
  if (found !== undefined && found.id !== 'completion' && !help) {
    const { default: Command } = await commandList[found.id]();
    Command.id = found.id;
    await Command.run([...found.rest], await loadOptions({ commands: undefined, plugins: [] }));
    return;
  }
  const unknown = found === undefined ? unknownCommand(argv, Object.keys(commandList)) : undefined;
  if (unknown !== undefined) throw unknown;
  const built = import.meta.url.endsWith('.js');
  const target = built ? './dist/commands.js' : './src/commands.ts';
  const commands = { strategy: 'explicit', target, identifier: 'commands' };
  await run([...argv], await loadOptions({ commands }));
}

/** The package's own description; the commands are beside this file, built or not. */
async function loadOptions(oclif: object) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const pjson = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    root,
    pjson: { ...pjson, oclif: { ...pjson.oclif, ...oclif } },
    enableAutoTranspile: false,
  };
}

function has(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes(flag);
}
