import { setTimeout as sleep } from 'node:timers/promises';

import { SnowmeltError } from '@snowmelt/core';
import { escapeLiteral, type Client } from 'pg';

import type { Database } from '../connect/database.ts';
import { hangUp, sessionOn, streamOf } from '@snowmelt/pg-connection';
import { poolerError } from '../connect/session-survives.ts';
import { locksOf, type Claim } from './claim.ts';
import { countLocks } from './locks.ts';
import { regainRun, type Backend } from './regain-run.ts';

export interface Ownership extends AsyncDisposable {
  readonly claim: Claim;
  /**
   * Resolves while the run is held, also after a break that the claim survived. Throws
   * `RUN.LEASE_LOST` where another process has taken the run or one of its tables meanwhile,
   * `STATUS.UNREACHABLE` where the server stayed away.
   */
  assertHeld(): Promise<void>;
}

interface Holding {
  readonly claim: Claim;
  readonly database: Database;
  client: Client;
  backend: Backend;
  state: Promise<void>;
  /** Also after a reclaim that failed: then the run is lost for good. */
  reclaiming: boolean;
  closed: boolean;
}

/**
 * Watches the connection that holds a claim's locks. Where it breaks, the locks are gone and any
 * other process may take the run: it is claimed again, and kept only if none has.
 */
export async function holdRun(
  client: Client,
  claim: Claim,
  database: Database,
): Promise<Ownership> {
  const backend = await identify(client, claim);
  const state = Promise.resolve();
  const flags = { reclaiming: false, closed: false };
  const holding: Holding = { claim, database, client, backend, state, ...flags };
  watch(holding, client);
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    beating = beating.then(() => beat(holding));
  }, database.beatMs);
  timer.unref();
  return {
    claim,
    assertHeld: () => holding.state,
    async [Symbol.asyncDispose]() {
      holding.closed = true;
      clearInterval(timer);
      await beating;
      await hangUp(holding.client);
    },
  };
}

/** Names the session after its run, for who meets its locks. */
async function identify(client: Client, { run }: Claim): Promise<Backend> {
  await client.query(`SET application_name = ${escapeLiteral(`snowmelt ${run} owner`)}`);
  const result = await client.query<Backend>(
    'SELECT pid, extract(epoch FROM backend_start)::text AS started FROM pg_stat_activity WHERE pid = pg_backend_pid()',
  );
  const [backend] = result.rows;
  if (backend === undefined) throw new Error('pg_stat_activity does not show the own connection');
  return backend;
}

function watch(holding: Holding, client: Client): void {
  const lose = (): void => loseConnection(holding, client);
  client.once('error', lose);
  client.once('end', lose);
}

function loseConnection(holding: Holding, client: Client): void {
  if (holding.closed || holding.reclaiming || holding.client !== client) return;
  holding.reclaiming = true;
  holding.state = reclaim(holding).then(() => {
    holding.reclaiming = false;
  });
  // Whoever next calls the store is told; nobody may be waiting now.
  holding.state.catch(() => undefined);
}

async function beat(holding: Holding): Promise<void> {
  const { client, claim, database } = holding;
  const names = locksOf(claim);
  const silence = sleep(database.beatMs, -1, { ref: false });
  const held = await Promise.race([countLocks(sessionOn(client), names), silence]).catch(() => -1);
  if (held === names.length || holding.closed || holding.reclaiming) return;
  if (holding.client !== client) return;
  if (held >= 0) {
    holding.reclaiming = true; // A new connection would keep them no better.
    holding.state = Promise.reject(pooled(holding));
    holding.state.catch(() => undefined);
    return;
  }
  loseConnection(holding, client);
  streamOf(client).destroy();
}

async function reclaim(holding: Holding): Promise<void> {
  const { database, claim } = holding;
  const until = Date.now() + database.outageMs;
  for (let wait = 100; ; wait = Math.min(5000, wait * 2)) {
    try {
      if (await tryReclaim(holding)) return;
    } catch (error) {
      if (database.passes(error) === 'no') throw database.nameError(error);
    }
    if (Date.now() > until) throw stayedAway(claim, database.serverName());
    await sleep(wait, undefined, { signal: database.closing, ref: false });
  }
}

async function tryReclaim(holding: Holding): Promise<boolean> {
  const client = await holding.database.connectOwner();
  let regained = false;
  try {
    regained = await regainRun(client, {
      claim: holding.claim,
      broken: holding.backend,
      openSeconds: holding.database.openSeconds,
    });
    if (!regained || holding.closed) return holding.closed;
    holding.backend = await identify(client, holding.claim);
    holding.client = client;
    watch(holding, client);
    return true;
  } finally {
    if (holding.client !== client) await hangUp(client);
  }
}

function stayedAway({ run }: Claim, server: string): SnowmeltError {
  const message = `The connection that holds run ${run} broke, and ${server} stayed away`;
  return new SnowmeltError('STATUS.UNREACHABLE', message, { place: { run } });
}

function pooled({ claim: { run }, database }: Holding): SnowmeltError {
  return poolerError(
    `The connection to ${database.serverName()} does not keep its session's locks`,
    run,
  );
}
