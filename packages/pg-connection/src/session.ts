import type { ClientBase, QueryResult, QueryResultRow } from 'pg';

import { faultOf } from './faults/fault.ts';
import type { FaultKind } from './faults/fault-row.ts';
import type { Ask } from './migrations.ts';
import { takeOwnPath, takeRolesPath } from './session-settings.ts';
import { noteBackend } from './silence/watch-silence.ts';

/** One connection for the length of a piece of work. */
export interface Session {
  /** The server process, of a transaction whose beginning asks for it; -1: it does not. */
  readonly pid: number;
  /** One statement on what is Snowmelt's own and on catalogs, under PostgreSQL's own path; values are bound. */
  query<Row extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** The same, of which only the rows matter; without values it may be several statements. */
  readonly rows: Ask;
  /**
   * One statement on tables of users, whose triggers, checks, defaults, index expressions and policies
   * it may run: under the role's own search_path. So whatever it names has its schema: functions,
   * types, and operators as `OPERATOR(pg_catalog.=)`; no IN, BETWEEN, LIKE, IS DISTINCT FROM, NULLIF
   * or USING, which take operators by their names. In a transaction only.
   */
  onTable<Row extends QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
  /** The connection, for COPY: as `onTable`. */
  copying(): Promise<ClientBase>;
  /** SAVEPOINT, RELEASE and ROLLBACK TO, which takes back the path as well. */
  savepoint(sql: string): Promise<void>;
  /** From BEGIN to COMMIT; what `work` throws rolls back. */
  transaction<T>(work: () => Promise<T>, begin?: string): Promise<T>;
}

/** What is known of a connection in hand. */
export interface Hand {
  /** Nobody may use it again. */
  broken: boolean;
  /** The search_path in force; absent: after a ROLLBACK TO, it may be either. */
  path?: typeof takeOwnPath | typeof takeRolesPath;
  /** Constraints and triggers of users may wait for COMMIT. */
  onTable: boolean;
  /** The last statement, without its values. */
  sql?: string;
  pid?: number;
}

export const newHand = (): Hand => ({ broken: false, path: takeOwnPath, onTable: false });

/** Whatever default_transaction_read_only of the role or database says. A standby refuses it. */
const beginWriting = 'BEGIN READ WRITE';

/** `begun` is told that the server has begun a transaction that writes. */
export function sessionOn(
  client: ClientBase,
  hand = newHand(),
  begun: () => void = () => undefined,
): Session {
  const under = (path: NonNullable<Hand['path']>): Session['query'] => {
    return async (sql, values) => {
      await takePath(client, hand, path);
      hand.sql = sql;
      return client.query(sql, values === undefined ? undefined : [...values]);
    };
  };
  const query = under(takeOwnPath);
  const onTable = under(takeRolesPath);
  return {
    get pid() {
      return hand.pid ?? -1;
    },
    query,
    rows: async <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) =>
      (await query<Row>(sql, values)).rows,
    onTable(sql, values) {
      hand.onTable = true;
      return onTable(sql, values);
    },
    async copying() {
      hand.onTable = true;
      await takePath(client, hand, takeRolesPath);
      return client;
    },
    async savepoint(sql) {
      if (sql.includes('ROLLBACK')) delete hand.path;
      await client.query(sql);
    },
    async transaction(work, begin = beginWriting) {
      try {
        await beginOn(client, hand, begin);
        begun();
        const result = await work();
        await commit(client, hand);
        return result;
      } catch (error) {
        await rollBack(client, hand, error);
        throw error;
      } finally {
        Object.assign(hand, { path: takeOwnPath, onTable: false });
      }
    },
  };
}

async function takePath(
  client: ClientBase,
  hand: Hand,
  path: NonNullable<Hand['path']>,
): Promise<void> {
  if (hand.path !== path) await client.query(path);
  hand.path = path;
}

/** May be several statements at once, of which one says which process it is. */
async function beginOn(client: ClientBase, hand: Hand, begin: string): Promise<void> {
  const results: readonly QueryResult<{ pid?: number }>[] = [await client.query(begin)].flat();
  const pid = results.flatMap(({ rows }) => rows).find((row) => row.pid !== undefined)?.pid;
  if (pid === undefined) return;
  hand.pid = pid;
  noteBackend(client, pid);
}

/** PostgreSQL answers COMMIT with ROLLBACK, and no error, where the transaction has failed before. */
async function commit(client: ClientBase, hand: Hand): Promise<void> {
  const sql = hand.onTable ? `${takeRolesPath} COMMIT` : 'COMMIT';
  const results = [await client.query(sql)].flat();
  const command = results.at(-1)?.command;
  if (command !== 'COMMIT') throw new Error(`COMMIT was answered with ${command}`);
}

/** On a broken connection the server rolls back by itself. */
async function rollBack(client: ClientBase, hand: Hand, error: unknown): Promise<void> {
  hand.broken ||= breaks(error);
  if (hand.broken) return;
  await client.query('ROLLBACK').catch(() => {
    hand.broken = true;
  });
}

/** After these no answer of the connection can be trusted, or a new one may come to a better server. */
const breaking: ReadonlySet<FaultKind | undefined> = new Set<FaultKind>([
  'lost',
  'silent',
  'starting',
  'standby',
]);

export function breaks(error: unknown): boolean {
  return breaking.has(faultOf(error)?.kind);
}
