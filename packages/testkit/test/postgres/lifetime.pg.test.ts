import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { startPostgres } from '../../src/postgres.ts';

interface Held {
  readonly port: number;
  readonly directory: string;
}

/** Runs `holder.ts` until its server is up, ends it by `end`, and waits for it. */
async function holdServer(ending: string, end: (pid: number) => void): Promise<Held> {
  const holder = fileURLToPath(new URL('./holder.ts', import.meta.url));
  const child = spawn(process.execPath, [holder, ending], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  end(child.pid!);
  await exited;
  return JSON.parse(line.toString()) as Held;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', settle(true)).on('error', settle(false));
  });
}

async function expectGone({ port, directory }: Held): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await answers(port)).toBe(false);
      expect(existsSync(directory)).toBe(false);
    },
    { timeout: 20_000, interval: 50 },
  );
}

describe('a server ends with the process that started it', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('by %s', async (signal) => {
    const held = await holdServer('wait', (pid) => process.kill(pid, signal));
    await expectGone(held);
  });

  it.each(['return', 'throw'])('by %s', async (ending) => {
    await expectGone(await holdServer(ending, () => undefined));
  });
});

describe('stop', () => {
  it('ends the server, also with sessions open, and removes its directory', async () => {
    const server = await startPostgres({ origin: 'embedded' });
    const held = { port: server.port, directory: server.directory! };
    expect(await answers(held.port)).toBe(true);
    expect(existsSync(held.directory)).toBe(true);
    const socket = connect(held.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    await Promise.all([server.stop(), server.stop()]);
    expect(await answers(held.port)).toBe(false);
    expect(existsSync(held.directory)).toBe(false);
  });
});

it('says nothing on stdout or stderr', async () => {
  const holder = fileURLToPath(new URL('./holder.ts', import.meta.url));
  const child = spawn(process.execPath, [holder, 'return'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(out.trim().split('\n')).toHaveLength(1);
  expect(err).toBe('');
  await sleep(0);
});
