import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { LeaseAnswer } from '@snowmelt/core';

interface OwnerProcess extends AsyncDisposable {
  readonly run: string;
  readonly resumed: boolean;
  readonly answer: LeaseAnswer;
  /** Stops it where it is: its connections stay, and nothing answers on them. */
  freeze(): void;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts owner-process.ts and returns when it has its lease. */
export async function startOwner(url: string, owner: string): Promise<OwnerProcess> {
  const script = new URL('owner-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--conditions=@snowmelt/source', script, url, owner], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for await (const line of createInterface(child.stdout)) {
    const freeze = (): void => void child.kill('SIGSTOP');
    return { ...JSON.parse(line), freeze, kill, [Symbol.asyncDispose]: kill };
  }
  throw new Error('the process ended before it had a lease');
}
