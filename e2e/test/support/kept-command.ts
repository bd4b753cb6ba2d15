import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Ended } from './snowmelt.ts';

const module = fileURLToPath(new URL('./kept-process.ts', import.meta.url));

/** Processes that have no command to carry out; they end with this one. */
const idle: ChildProcess[] = [];

function start(): ChildProcess {
  // Not this process's own arguments: the built command is wanted, not its sources.
  const child = fork(module, { execArgv: [], env: { ...process.env, NO_COLOR: '1' } });
  child.unref();
  child.channel?.unref();
  return child;
}

/**
 * The built command in a process that earlier ones have used, for tests of what a command does. For
 * how it starts, is stopped or ends: `snowmelt`, which has a process of its own.
 */
export async function keptSnowmelt(argv: readonly string[]): Promise<Ended> {
  const child = idle.pop() ?? start();
  const ended = await new Promise<Ended>((resolve, reject) => {
    const gone = (code: number | null): void =>
      reject(new Error(`the process ended in the middle of ${argv.join(' ')}: ${code}`));
    child.once('exit', gone);
    child.once('message', (message) => {
      child.off('exit', gone);
      resolve(message as Ended);
    });
    child.send(argv);
  });
  idle.push(child);
  return ended;
}
