import { randomUUID } from 'node:crypto';

import type { Client } from 'pg';

import { SnowmeltError } from '@snowmelt/core';

import type { Database } from './database.ts';
import { hangUp } from '@snowmelt/pg-connection';

/** Of a pooler that hands its connections out in turn, and has two. */
const looks = 4;

/**
 * Throws `STATUS.POOLER` where statements of one session come to several processes of the server: a
 * run is held by locks of a session. Found by what happens to a setting, since poolers that keep a
 * session together once it has state (RDS Proxy pins it) are as good as none. Where the id that the
 * login has given is that of the process, there is no pooler between, and nothing more is asked.
 */
export async function refuseTransactionPooler(client: Client, database: Database): Promise<void> {
  if (await isDirect(client)) return;
  if (await sessionSurvives(client, database)) return;
  throw poolerError(
    `${database.serverName()} gives one session's statements to several connections`,
  );
}

export function poolerError(message: string, run?: string): SnowmeltError {
  return new SnowmeltError('STATUS.POOLER', message, run === undefined ? {} : { place: { run } });
}

/** BackendKeyData of the login; pg has it, its types don't. A pooler makes its own up. */
async function isDirect(client: Client): Promise<boolean> {
  const { processID } = client as Client & { processID: number | null };
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid === processID;
}

/**
 * One that hands on the connection that came back last shows it to the second session at once; any
 * other hands out another one while that session is in a transaction, or in the looks after it.
 */
async function sessionSurvives(client: Client, database: Database): Promise<boolean> {
  const mark = randomUUID();
  const other = await database.connectOwner();
  try {
    await client.query(`SET snowmelt.session = '${mark}'`);
    await other.query('BEGIN');
    if ((await markOf(other)) === mark) return false;
    if ((await markOf(client)) !== mark) return false;
    await other.query('ROLLBACK');
    for (let look = 1; look <= looks; look += 1) {
      if ((await markOf(client)) !== mark) return false;
    }
    return true;
  } finally {
    // First, since a pooler may have one connection in all.
    await hangUp(other);
    await client.query('RESET snowmelt.session').catch(() => undefined);
  }
}

async function markOf(client: Client): Promise<string | null> {
  const sql = `SELECT current_setting('snowmelt.session', true) AS mark`;
  return (await client.query<{ mark: string | null }>(sql)).rows[0]?.mark ?? null;
}
