import { randomUUID } from 'node:crypto';

import type { SqlEngine, SqlSession, StatementResult } from '../../src/engine/contract.ts';
import { createSqlEngine } from '../../src/create-sql-engine.ts';

export type Rows = readonly (readonly (string | null)[])[];

export interface Ran {
  readonly queryId: string;
  readonly columns: readonly string[];
  readonly rows: Rows;
  readonly result: StatementResult;
}

/** A session of a real engine, with a database D and a schema S of its own. */
export interface TestSession {
  readonly session: SqlSession;
  run(sql: string, signal?: AbortSignal): Promise<Ran>;
  /** The rows alone. */
  rows(sql: string): Promise<Rows>;
}

export async function openEngine(): Promise<{ engine: SqlEngine; session: TestSession }> {
  const engine = await createSqlEngine({});
  const first = await openSession(engine);
  await first.run('CREATE DATABASE d');
  await first.run('CREATE SCHEMA d.s');
  await first.run('USE SCHEMA d.s');
  return { engine, session: first };
}

export async function openSession(engine: SqlEngine, schema?: string): Promise<TestSession> {
  const session = await engine.openSession({
    user: 'TESTER',
    ...(schema === undefined ? {} : { database: 'D', schema }),
  });
  const run = async (sql: string, signal = new AbortController().signal): Promise<Ran> => {
    const queryId = randomUUID();
    const result = await session.execute({ queryId, sql }, signal);
    const rows: (readonly (string | null)[])[] = [];
    for await (const batch of result.batches) rows.push(...batch);
    return { queryId, columns: result.columns.map((column) => column.name), rows, result };
  };
  return { session, run, rows: async (sql) => (await run(sql)).rows };
}
