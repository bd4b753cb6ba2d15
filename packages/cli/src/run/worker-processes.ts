import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger, RunId, StatusStore } from '@snowmelt/core';

import { hasTerminal } from './stage.ts';

/** Milliseconds: before one that was killed is replaced, and for one to end by itself. */
const pause = 1000;
const patience = 10_000;

export interface WorkerOptions {
  readonly count: number;
  /** What follows `snowmelt worker --run ID`. */
  readonly args: readonly string[];
  readonly status: StatusStore;
  readonly log: Logger;
}

/** Processes that help with the runs of this one, and end with it. */
export interface WorkerProcesses extends AsyncDisposable {
  /** Starts them for a run that is open now. */
  startFor(run: RunId): void;
}

/**
 * Each is a `snowmelt worker` with connections of its own. One that is killed is replaced and its
 * chunks are free at once; one that ends by itself has told why, and is not missed.
 */
export function workerProcesses({ count, args, status, log }: WorkerOptions): WorkerProcesses {
  const ending = new AbortController();
  const working: Promise<void>[] = [];
  const keepOne = async (run: RunId): Promise<void> => {
    while (!ending.signal.aborted) {
      const child = startWorker(run, args);
      const stop = (): void => endSoon(child);
      ending.signal.addEventListener('abort', stop, { once: true });
      const signal = await endOf(child);
      ending.signal.removeEventListener('abort', stop);
      if (signal === null || ending.signal.aborted) return;
      log.warn('worker_killed', { run, pid: child.pid, signal });
      await freeChunks(run, child.pid, status).catch((error: unknown) => {
        log.warn('worker_not_cleared', { run, pid: child.pid, message: String(error) });
      });
      await sleep(pause, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  return {
    startFor(run) {
      for (let one = 0; one < count; one += 1) working.push(keepOne(run));
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await Promise.all(working);
    },
  };
}

function startWorker(run: RunId, args: readonly string[]): ChildProcess {
  const [, script = ''] = process.argv;
  const nodeArgs = process.execArgv.filter((arg) => arg !== '--');
  // Not a pipe: it would break, and the worker with it, where this process is killed.
  const stderr = hasTerminal() ? 'ignore' : 'inherit';
  return spawn(process.execPath, [...nodeArgs, '--', script, 'worker', '--run', run, ...args], {
    // By the channel it knows that this process is gone.
    stdio: ['ignore', 'ignore', stderr, 'ipc'],
  });
}

function endSoon(child: ChildProcess): void {
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
  child.once('exit', () => clearTimeout(impatience));
}

/** The signal that has ended it from outside; nothing where it ended by itself or could not start. */
async function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  try {
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal;
  } catch {
    return null;
  }
}

/** It can't say any more that it ends; nobody else of this machine has its number yet. */
async function freeChunks(
  run: RunId,
  pid: number | undefined,
  { sharing }: StatusStore,
): Promise<void> {
  const workers = (await sharing?.workers(run)) ?? [];
  const gone = workers.filter(
    (worker) => worker.pid === pid && worker.host === hostname() && worker.endedAt === undefined,
  );
  for (const { id } of gone) await sharing?.left(run, id);
}
