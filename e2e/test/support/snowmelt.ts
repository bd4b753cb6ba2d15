import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built command, as it is installed. */
const command = fileURLToPath(new URL('../../../packages/cli/bin/run.js', import.meta.url));

export interface Ended {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the built command as a user would, in a process of its own. */
export function startSnowmelt(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ['--', command, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function snowmelt(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
  return startSnowmelt(args, env).ended;
}

/** A configuration file that is removed when disposed. */
export async function configFile(config: unknown): Promise<AsyncDisposable & { path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'snowmelt-e2e-'));
  const path = join(directory, 'config.json');
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
