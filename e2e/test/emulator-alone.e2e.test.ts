import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import snowflake from 'snowflake-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the emulator as it is published, with nothing of ours beside it', () => {
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emulator-alone-'));
    const flags = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
    await exec('npm', [...flags, join(root, 'packages/snowflake-emulator')]);
    const [tarball = ''] = await readdir(folder);
    await exec('tar', ['-xzf', join(folder, tarball), '-C', folder]);
    installed = join(folder, 'package');
    const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
    // What it depends on is as it is installed here, and nothing else.
    for (const name of Object.keys(dependencies)) {
      const link = join(installed, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(root, 'node_modules', name), link);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('starts, answers the driver, and ends', async () => {
    const bin = join(installed, 'bin/snowflake-emulator.js');
    const flags = ['--user', 'me', '--password', 'secret', '--database', 'APP'];
    await using child = running(spawn(process.execPath, [bin, ...flags]));
    const [line] = await once(child.process.stdout, 'data');
    const accessUrl = /accessUrl=(\S+)/u.exec(String(line))?.[1] ?? '';
    expect(await rowsOf(accessUrl, 'SELECT 1 + 1 AS N')).toEqual([{ N: 2 }]);
    expect(await child.stop()).toEqual([0, null]);
  });
});

function running(process: ReturnType<typeof spawn> & { stdout: NodeJS.ReadableStream }) {
  const ended = once(process, 'exit');
  const stop = () => {
    process.kill('SIGTERM');
    return ended;
  };
  return { process, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

async function rowsOf(accessUrl: string, sqlText: string): Promise<unknown> {
  snowflake.configure({ logLevel: 'OFF' });
  const login = { account: 'emulator', username: 'me', password: 'secret' };
  const connection = snowflake.createConnection({ accessUrl, ...login });
  await promisify(connection.connect.bind(connection))();
  try {
    return await new Promise((resolve, reject) => {
      const complete = (error: unknown, _: unknown, rows: unknown) =>
        error ? reject(error) : resolve(rows);
      connection.execute({ sqlText, complete });
    });
  } finally {
    connection.destroy(() => undefined);
  }
}
