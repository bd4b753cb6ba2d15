import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { serverEnvironment } from './initialise.ts';
import type { ServerJob } from './server-job.ts';

export interface RunningServer {
  readonly process: ChildProcess;
  readonly port: number;
}

const bindTries = 5;
const startMilliseconds = 60_000;

/** Starts the server on a free port and waits until it takes connections. */
export async function runServer(
  job: ServerJob,
  directory: string,
  signal: AbortSignal,
): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryServer({ job, directory, signal }, await freePort());
    if (typeof started !== 'string') return started;
    // Somebody else may take the port between its choice and its use.
    if (attempt === bindTries || !started.includes('could not bind')) throw notStarted(started);
  }
}

/** The server once more, on the data and the port of one that was killed. */
export async function runAgain(
  job: ServerJob,
  directory: string,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<RunningServer> {
  const deadline = Date.now() + startMilliseconds;
  for (;;) {
    const started = await tryServer({ job, directory, signal }, port);
    if (typeof started !== 'string') return started;
    // Its processes end one after the other when they see that it is gone; none may be left.
    if (Date.now() > deadline) throw notStarted(started);
    await sleep(100);
  }
}

interface Start {
  readonly job: ServerJob;
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** The server, or the log of one that did not start. */
async function tryServer(start: Start, port: number): Promise<RunningServer | string> {
  const { job, directory, signal } = start;
  const server = await launch(job, directory, port);
  if (await isReady(server, join(directory, 'data'), signal)) return { process: server, port };
  await shutDown(server);
  signal.throwIfAborted();
  return readFile(join(directory, 'server.log'), 'utf8');
}

function notStarted(log: string): Error {
  return new Error(`PostgreSQL did not start.\n${log.slice(-2000)}`);
}

async function launch(job: ServerJob, directory: string, port: number): Promise<ChildProcess> {
  const log = await open(join(directory, 'server.log'), 'a');
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...job.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  try {
    return spawn(join(job.bin, 'postgres'), ['-D', join(directory, 'data'), ...flags], {
      ...job.user,
      cwd: directory,
      env: serverEnvironment,
      stdio: ['ignore', log.fd, log.fd],
    }).on('error', () => undefined); // Its exit code stays null with no pid: see hasEnded.
  } finally {
    await log.close();
  }
}

async function isReady(server: ChildProcess, data: string, signal: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + startMilliseconds;
  while (!signal.aborted && !hasEnded(server) && Date.now() < deadline) {
    // Line 1 of postmaster.pid is whose it is, 8 its state: what `pg_ctl --wait` reads, too.
    const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
    const lines = text.split('\n').map((line) => line.trim());
    if (lines[0] === String(server.pid) && lines[7] === 'ready') return true;
    await sleep(20);
  }
  return false;
}

export function hasEnded(server: ChildProcess): boolean {
  return server.pid === undefined || server.exitCode !== null || server.signalCode !== null;
}

/** Fast shutdown; harder ones where that takes too long (milliseconds after each signal). */
export async function shutDown(server: ChildProcess): Promise<void> {
  const steps = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, patience] of steps) {
    if (hasEnded(server)) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await Promise.race([ended, sleep(patience, undefined, { ref: false })]);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
