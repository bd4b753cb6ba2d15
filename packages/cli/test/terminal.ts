import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';

import { expect } from 'vitest';

/** util-linux has it, and so has Debian's smallest installation. */
export const hasTerminal = spawnSync('script', ['--version']).status === 0;

export interface Terminal {
  /** All that was on the screen, without colours and movements. */
  screen(): string;
  /** Types once `words` have come since the last keys. */
  answer(words: string, keys: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly columns: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The command in a pseudo-terminal of so many columns. */
export function openTerminal(argv: readonly string[], options: TerminalOptions): Terminal {
  return openScript('../bin/dev.js', argv, options);
}

/** The same of a script, beside this file. */
export function openScript(
  script: string,
  argv: readonly string[],
  { cwd, columns, env = {} }: TerminalOptions,
): Terminal {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const words = [process.execPath, '--conditions=@snowmelt/source', '--', file, ...argv];
  const line = words.map((word) => `'${word}'`).join(' ');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 50; ${line}`, '/dev/null'], {
    cwd,
    env: { PATH, HOME, TERM: 'xterm', SHELL: '/bin/sh', NODE_ENV: 'production', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  let read = 0;
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  const screen = (): string => stripVTControlCharacters(said).replaceAll('\r', '');
  return {
    screen,
    ended: once(child, 'close'),
    async answer(words, keys) {
      await expect.poll(() => screen().slice(read), { timeout: 60_000 }).toContain(words);
      read = screen().length;
      child.stdin.write(keys);
    },
  };
}
