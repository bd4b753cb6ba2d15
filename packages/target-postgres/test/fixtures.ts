import { Readable } from 'node:stream';

import type {
  ChunkPlan,
  ChunkStream,
  ColumnPair,
  ColumnSchema,
  LogicalType,
  PlanParts,
  TablePlan,
  WholeTarget,
} from '@snowmelt/core';
import { encodeCsvRow } from '@snowmelt/core';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { Client } from 'pg';

import { createPostgresTarget, type PostgresTargetOptions } from '../src/index.ts';

export interface Bench extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly target: WholeTarget;
  /** A plain connection beside the target. */
  readonly sql: Client;
}

/** A database, a target on it, and a connection to look at it with. */
export async function bench(options: Partial<PostgresTargetOptions> = {}): Promise<Bench> {
  const database = await testDatabase();
  const target = createPostgresTarget({ connection: connectionOf(database), ...options });
  const sql = await connect(database);
  return {
    database,
    target,
    sql,
    async [Symbol.asyncDispose]() {
      await sql.end();
      await target[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export function connectionOf({ host, port, user, password }: TestDatabase) {
  return { host, port, user, password };
}

export async function connect(database: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export const integer: LogicalType = { kind: 'decimal', precision: 18, scale: 0 };
export const text: LogicalType = { kind: 'text' };

export function column(name: string, type: LogicalType, rest: Partial<ColumnSchema> = {}) {
  return {
    name,
    type,
    nativeType: type.kind.toUpperCase(),
    nullable: true,
    hasDefault: false,
    generated: false,
    ...rest,
  };
}

export function pair(
  target: string,
  type: LogicalType,
  rest: Partial<ColumnPair> = {},
): ColumnPair {
  return { source: column(target.toUpperCase(), type), target, ...rest };
}

/** A plan of a table `public.t (id bigint, name text)` unless it is said otherwise. */
export function planFor(database: TestDatabase, parts: PlanParts = {}): TablePlan {
  return {
    run: 'run-1',
    key: 'table-1',
    source: { database: 'SALES', schema: 'PUBLIC', name: 'T' },
    target: { database: database.database, schema: 'public', name: 't' },
    columns: [pair('id', integer), pair('name', text)],
    primaryKey: [],
    snapshot: { pinned: true, at: '2026-01-01T00:00:00.000000000Z' },
    mode: 'append',
    keyColumns: [],
    extract: 'query',
    read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
    emptiesOthers: false,
    ...parts,
  } as TablePlan;
}

export function chunkOf(id: string): ChunkPlan {
  return { id, kind: 'load', range: {}, spec: {} };
}

export function csv(rows: readonly (readonly (string | null)[])[]): string {
  return rows.map((row) => `${encodeCsvRow(row)}\n`).join('');
}

/** An `open` that hands out the bytes of `content`. */
export function opening(content: string | Buffer, expectedRows?: number) {
  return async (): Promise<ChunkStream> => ({
    bytes: Readable.from([Buffer.from(content)], { objectMode: false }),
    ...(expectedRows === undefined ? {} : { expectedRows }),
  });
}

export async function countRows(sql: Client, table = 'public.t'): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0]?.n ?? -1;
}
