/**
 * Runs in a process of its own, between whoever wants a server and the server. It owns the server
 * and its directory for as long as its stdin is open: however the other end goes, even by
 * `kill -9`, the operating system closes the pipe, and nothing is left behind.
 */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';

import { initialise, makeDirectory } from './initialise.ts';
import { hasEnded, runAgain, runServer, shutDown } from './run-server.ts';
import type { ServerJob, ServerReport } from './server-job.ts';

const stop = new AbortController();
const lines = createInterface({ input: process.stdin });
const firstLine = new Promise<string | undefined>((resolve) => {
  lines.once('line', resolve).once('close', () => resolve(undefined));
});
lines.on('close', () => stop.abort(new Error('stopped')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stop.abort(new Error('stopped')));
}
process.stdout.on('error', () => undefined); // Nobody listens any more: stdin says so, too.

function report(message: ServerReport): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function supervise(job: ServerJob): Promise<void> {
  const directory = await makeDirectory(job);
  try {
    await initialise(job, directory, stop.signal);
    let server = await runServer(job, directory, stop.signal);
    const { port } = server;
    const stopped = once(stop.signal, 'abort');
    for (;;) {
      const exited = once(server.process, 'exit');
      const crash = once(lines, 'line');
      report({ type: 'ready', port, directory });
      if (!stop.signal.aborted) await Promise.race([stopped, exited, crash]);
      if (stop.signal.aborted || hasEnded(server.process)) break;
      server.process.kill('SIGKILL');
      await exited;
      server = await runAgain(job, directory, { port, signal: stop.signal });
    }
    await shutDown(server.process);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const line = await firstLine;
if (line !== undefined) {
  try {
    await supervise(JSON.parse(line) as ServerJob);
  } catch (error) {
    report({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}
process.stdin.destroy();
