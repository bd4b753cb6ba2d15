import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect } from './driver.ts';
import { keyPair, publicKey } from './test-emulator.ts';

const command = path.resolve(import.meta.dirname, '../../bin/snowflake-emulator.js');
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'emulator-command-'));
});
afterAll(() => rm(scratch, { recursive: true }));

function start(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--conditions=@snowmelt/source', command, ...args]);
}

/** What it wrote to stdout and stderr until it ended, and how it ended. */
async function finish(child: ChildProcessWithoutNullStreams) {
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const [code] = await once(child, 'close');
  return { code: code as number, output };
}

describe('the command snowflake-emulator', () => {
  it('says in one line how to connect, serves the driver, and ends on Ctrl-C', async () => {
    const keyFile = path.join(scratch, 'key.pub');
    await writeFile(keyFile, publicKey);
    const child = start('--user', 'mover', '--public-key', keyFile, '--directory', scratch);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [, accessUrl = ''] = /accessUrl=(http:\/\/127\.0\.0\.1:\d+) /.exec(String(line)) ?? [];
    expect(String(line)).toMatch(/^[^\n]* account=emulator user=mover [^\n]*\n$/);
    const session = await connect({ accessUrl, account: 'emulator' } as Emulator, {
      authenticator: 'SNOWFLAKE_JWT',
      privateKey: keyPair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    });
    expect((await session.query('SELECT 1 AS ONE')).rows).toHaveLength(1);
    const ended = once(child, 'close');
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    await expect(fetch(accessUrl)).rejects.toThrow();
  });

  it('explains itself with --help', async () => {
    const { code, output } = await finish(start('--help'));
    expect(code).toBe(0);
    expect(output).toContain('--public-key FILE');
  });

  it.each([
    [['--password', 'x'], '--user is missing'],
    [['--user', 'x'], 'A way to log in is missing'],
    [['--user', 'x', '--password', 'y', '--port', 'http'], '--port http is not a number'],
    [['--user', 'x', '--public-key', '/does/not/exist'], 'could not start'],
    [['--colour'], '--colour'],
  ])('refuses %j and says why', async (args, reason) => {
    const { code, output } = await finish(start(...args));
    expect(code).toBe(2);
    expect(output).toContain(reason);
  });
});
