import { execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { ServerUser } from './server-job.ts';

/**
 * PostgreSQL refuses to run as root, and initdb wants its user in the user database: root lends
 * the server to `postgres`, or to `nobody`. Anyone else runs it as they are (`undefined`).
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined && uid !== 0) return { uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as. ' +
      'Run as an ordinary user, or name a server in SNOWMELT_TEST_POSTGRES_URL.',
  );
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio }));
  } catch {
    return undefined;
  }
}

/** May `user` read `path`, with every directory above it? Judged by the permission bits. */
export async function canRead(user: ServerUser | undefined, path: string): Promise<boolean> {
  if (user === undefined) return true;
  const [read, enter] = [0o4, 0o1];
  if (!(await allowed(user, path, read))) return false;
  for (let at = dirname(path); ; at = dirname(at)) {
    if (!(await allowed(user, at, enter))) return false;
    if (at === dirname(at)) return true;
  }
}

async function allowed(user: ServerUser, path: string, bit: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
  return ((found.mode >> shift) & bit) === bit;
}
