import type { Client } from 'pg';

import { faultOf } from '../faults/fault.ts';

/** What the server says of one of its processes. */
export interface BackendView {
  /** `waits for us`: it reads what we send, or sends what we read. */
  readonly state: 'works' | 'waits for us' | 'done' | 'gone';
  /** For people. */
  readonly says: string;
  /** Bytes that its COPY has taken. */
  readonly copied?: string;
  /** When it began; ids are used again. */
  readonly since?: string;
}

export interface Backends {
  /** `undefined`: the server gives no answer. */
  see(pid: number): Promise<BackendView | undefined>;
  /** Ends a process, if it is still the one that was seen. */
  end(pid: number, seen: BackendView): void;
}

export type Beside = <T>(
  database: string | undefined,
  work: (client: Client) => Promise<T>,
) => Promise<T>;

interface Row {
  readonly pid: number;
  readonly state: string | null;
  readonly waits: string | null;
  readonly event: string | null;
  readonly since: string;
  readonly copied: string | null;
}

/**
 * A role sees its own sessions whatever its rights; both views show all databases
 * (https://www.postgresql.org/docs/current/monitoring-stats.html). Without track_activities there is
 * no state; what it waits for is there all the same.
 */
const viewsSql = `
SELECT a.pid, a.state, a.wait_event_type AS waits, a.wait_event AS event,
       extract(epoch FROM a.backend_start)::text AS since, c.bytes_processed::text AS copied
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_stat_progress_copy c ON c.pid = a.pid
WHERE a.usename = current_user`;

/** `full`: the server answers, but has no connection left to look on. */
type Look = ReadonlyMap<number, Row> | 'full' | undefined;

/** Nothing speaks against it, and what may be at work is not ended. */
const busy: BackendView = { state: 'works', says: 'no connection is left to ask on' };

/** Looks that several connections ask for at the same time are one. */
export function lookAtBackends(beside: Beside): (database: string | undefined) => Backends {
  const looks = new Map<string | undefined, Promise<Look>>();
  const look = (database: string | undefined) => {
    const underWay = looks.get(database);
    if (underWay !== undefined) return underWay;
    const looking = beside(database, async (client) => {
      const { rows } = await client.query<Row>(viewsSql);
      return new Map(rows.map((row) => [row.pid, row]));
    }).catch((error: unknown) => (faultOf(error)?.kind === 'full' ? 'full' : undefined));
    looks.set(database, looking);
    void looking.finally(() => looks.delete(database));
    return looking;
  };
  return (database) => ({
    async see(pid) {
      const rows = await look(database);
      if (rows === 'full') return busy;
      return rows === undefined ? undefined : viewOf(rows.get(pid));
    },
    end(pid, { since }) {
      if (since === undefined) return;
      const sql = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
        WHERE pid = $1 AND extract(epoch FROM backend_start)::text = $2`;
      beside(database, (client) => client.query(sql, [pid, since])).catch(() => undefined);
    },
  });
}

function viewOf(row: Row | undefined): BackendView {
  if (row === undefined) return { state: 'gone', says: 'its process is not there any more' };
  const { state, waits, event, since, copied } = row;
  const says = `${state ?? 'no state'}${waits === null ? '' : `, waits for ${waits}/${event}`}`;
  return { state: stateOf(row), says, since, ...(copied === null ? {} : { copied }) };
}

function stateOf({ state, waits }: Row): BackendView['state'] {
  if (state?.startsWith('idle') === true) return 'done';
  return waits === 'Client' ? 'waits for us' : 'works';
}
