import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { findPackage, serverBinaries } from '../../src/postgres/embedded/server-binaries.ts';
import { canRead, serverUser } from '../../src/postgres/embedded/server-user.ts';

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'snowmelt-binaries-'));
  await chmod(path, 0o755);
  const dispose = () => rm(path, { recursive: true, force: true });
  return { path, [Symbol.asyncDispose]: dispose };
}

it('copies binaries that are private to root or lack their links, once, and they run', async () => {
  await using base = await temporary();
  await using hidden = await temporary();
  const { directory, ...installed } = await findPackage(18);
  await cp(join(directory, 'native'), join(hidden.path, 'native'), {
    recursive: true,
    filter: (path) => !path.endsWith('.so.60'),
  });
  await chmod(hidden.path, 0o700);
  const user = serverUser();
  const found = { directory: hidden.path, ...installed };
  const both = await Promise.all([
    serverBinaries(base.path, user, found),
    serverBinaries(base.path, user, found),
  ]);
  const bin = both[0];
  expect(both).toEqual([bin, bin]);
  expect(dirname(dirname(bin))).toBe(base.path);
  expect(await canRead(user, join(bin, 'postgres'))).toBe(true);
  const said = execFileSync(join(bin, 'postgres'), ['--version'], { ...user, encoding: 'utf8' });
  expect(said).toMatch(/^postgres \(PostgreSQL\) \d+/);
  const made = (await stat(dirname(bin))).mtimeMs;
  expect(await serverBinaries(base.path, user, found)).toBe(bin);
  expect((await stat(dirname(bin))).mtimeMs).toBe(made);
});

it('does not run a copy that others could have changed', async () => {
  await using base = await temporary();
  await using hidden = await temporary();
  const { directory, ...installed } = await findPackage(18);
  await cp(join(directory, 'native'), join(hidden.path, 'native'), {
    recursive: true,
    filter: (path) => !path.endsWith('.so.60'),
  });
  const found = { directory: hidden.path, ...installed };
  const bin = await serverBinaries(base.path, serverUser(), found);
  await chmod(dirname(bin), 0o777);
  await expect(serverBinaries(base.path, serverUser(), found)).rejects.toThrow(/remove it/);
});

it('judges by every directory on the way', async () => {
  await using base = await temporary();
  const somebody = { uid: 54_321, gid: 54_321 };
  expect(await canRead(somebody, base.path)).toBe(true);
  await chmod(base.path, 0o700);
  expect(await canRead(somebody, base.path)).toBe(false);
  expect(await canRead(somebody, join(base.path, 'missing'))).toBe(false);
  expect(await canRead(undefined, base.path)).toBe(true);
});
