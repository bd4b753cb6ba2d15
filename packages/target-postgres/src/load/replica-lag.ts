import type { WorkContext } from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';

/** Between two looks at the standbys; milliseconds. */
const lookEvery = 1000;
/** Between two words about it. */
const tellEvery = 30_000;

/** A write-ahead log position, and when the server had come to it. */
interface Mark {
  readonly at: number;
  readonly position: number;
}

interface Standby {
  readonly name: string | null;
  /** Absent for a role that may not see it (pg_monitor). */
  readonly state: string | null;
  readonly replayed: string | null;
  /** Seconds, as the server has measured at the last progress. */
  readonly lag: number | null;
}

const standbysSql = `
SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::text AS written,
       coalesce(json_agg(json_build_object('name', r.application_name, 'state', r.state,
         'lag', extract(epoch FROM r.replay_lag), 'replayed', pg_catalog.pg_wal_lsn_diff(r.replay_lsn, '0/0')::text)) FILTER (WHERE r.pid IS NOT NULL),
         '[]') AS standbys
FROM (SELECT) AS one LEFT JOIN pg_catalog.pg_stat_replication r ON true`;

/** Keeps chunks from being begun while a standby is too far behind. */
export interface ReplicaBrake {
  wait(database: string, context: WorkContext): Promise<void>;
}

/**
 * How far a standby is behind: `replay_lag` of pg_stat_replication, which stays as it was where a standby
 * replays nothing more (https://www.postgresql.org/docs/current/monitoring-stats.html); and since when the
 * server has been at the first position, of those seen here, that the standby has not replayed.
 */
export function replicaBrake(databases: Databases, maxSeconds: number): ReplicaBrake {
  const marks: Mark[] = [];
  let looked = 0;
  let looking: Promise<Behind> | undefined;
  let behind: Behind = { seconds: 0 };
  const look = async (database: string, context: WorkContext): Promise<Behind> => {
    if (looking === undefined && performance.now() - looked < lookEvery) return behind;
    looking ??= askStandbys(databases, database, marks).finally(() => {
      looking = undefined;
      looked = performance.now();
    });
    behind = await looking;
    if (behind.hidden === true) tellHidden(context);
    return behind;
  };
  let hiddenTold = false;
  const tellHidden = ({ log }: WorkContext): void => {
    if (hiddenTold) return;
    hiddenTold = true;
    const fix =
      'GRANT pg_monitor to the role, or leave postgres.settings.max_replica_lag_seconds out.';
    log.warn('replica_lag_hidden', { message: 'the role may not see how far standbys are', fix });
  };
  return {
    async wait(database, context) {
      const began = performance.now();
      for (let told = -tellEvery; ;) {
        const { seconds, name } = await look(database, context);
        if (seconds <= maxSeconds) return;
        const waited = performance.now() - began;
        if (waited - told >= tellEvery) {
          told = waited;
          const says = `${Math.round(seconds)} s behind`;
          const where = `${databases.serverName(database)}, standby ${name}`;
          const wait = { for: 'a standby to catch up', where, seconds: Math.round(waited / 1000) };
          context.log.warn('waiting', { ...wait, says });
        }
        await context.clock.sleep(lookEvery, context.signal);
      }
    },
  };
}

interface Behind {
  readonly seconds: number;
  readonly name?: string;
  readonly hidden?: boolean;
}

async function askStandbys(databases: Databases, database: string, marks: Mark[]): Promise<Behind> {
  const now = performance.now();
  const answer = await databases
    .beside(database, (client) =>
      client.query<{ written: string; standbys: readonly Standby[] }>(standbysSql),
    )
    // A server that does not answer is told of by what waits for it.
    .catch(() => undefined);
  const [row] = answer?.rows ?? [];
  if (row === undefined) return { seconds: 0 };
  marks.push({ at: now, position: Number(row.written) });
  const replaying = row.standbys.filter(({ replayed }) => replayed !== null);
  const least = Math.min(...replaying.map(({ replayed }) => Number(replayed)));
  while (marks.length > 1 && (marks[1]?.position ?? 0) <= least) marks.shift();
  const worst = replaying.find(({ replayed }) => Number(replayed) === least);
  const waiting = marks.find(({ position }) => position > least);
  if (replaying.length === 0) marks.splice(0, marks.length - 1);
  return {
    seconds: waiting === undefined ? 0 : Math.max((now - waiting.at) / 1000, worst?.lag ?? 0),
    name: worst?.name ?? '',
    hidden: row.standbys.some(({ state }) => state === null),
  };
}
