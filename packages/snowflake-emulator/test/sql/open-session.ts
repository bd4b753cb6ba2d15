import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { Binding, ResultColumn } from '../../src/engine/contract.ts';
import { createSqlEngine, type SnowflakeSqlEngine } from '../../src/create-sql-engine.ts';

export type Rows = readonly (readonly (string | null)[])[];

export interface TestSession {
  run(sql: string, bindings?: Record<string, Binding>): Promise<Rows>;
  /** Runs with a query id of its own, to be named in AT(STATEMENT => …). */
  runAs(queryId: string, sql: string): Promise<Rows>;
  columns(sql: string): Promise<readonly ResultColumn[]>;
  /** `code: message` of the error that the statement ends with. */
  failure(sql: string): Promise<string>;
  /** The same of a statement that is cancelled after `ms`. */
  interrupted(sql: string, ms: number): Promise<string>;
  close(): Promise<void>;
}

export async function openEngine(): Promise<SnowflakeSqlEngine> {
  return createSqlEngine({ threads: 2, databases: ['D'] });
}

/** A session in database D, schema PUBLIC, with UTC as its zone and JSON on one line. */
export async function openSession(engine: SnowflakeSqlEngine): Promise<TestSession> {
  const session = await engine.openSession({
    user: 'tester',
    database: 'D',
    parameters: { TIMEZONE: 'UTC', JSON_INDENT: 0 },
  });
  const never = new AbortController().signal;
  const execute = async (
    queryId: string,
    sql: string,
    { bindings, signal = never }: { bindings?: Record<string, Binding>; signal?: AbortSignal } = {},
  ) => {
    const request = { queryId, sql, ...(bindings === undefined ? {} : { bindings }) };
    const result = await session.execute(request, signal);
    const rows: (readonly (string | null)[])[] = [];
    for await (const batch of result.batches) rows.push(...batch);
    return { columns: result.columns, rows };
  };
  return {
    run: async (sql, bindings) =>
      (await execute(randomUUID(), sql, bindings === undefined ? {} : { bindings })).rows,
    runAs: async (queryId, sql) => (await execute(queryId, sql)).rows,
    columns: async (sql) => (await execute(randomUUID(), sql)).columns,
    failure: (sql) => failureOf(execute(randomUUID(), sql)),
    interrupted: (sql, ms) =>
      failureOf(execute(randomUUID(), sql, { signal: AbortSignal.timeout(ms) })),
    close: () => session.close(),
  };
}

export interface SharedSession extends TestSession {
  /** One more of the same engine. */
  another(): Promise<TestSession>;
}

/** An engine and a session for all tests of a file, there while they run; `setUp` is done once. */
export function sharedSession(
  setUp: (session: TestSession) => Promise<unknown> = () => Promise.resolve(),
): SharedSession {
  let made: { readonly engine: SnowflakeSqlEngine; readonly session: TestSession } | undefined;
  const current = () => {
    if (made === undefined) throw new Error('the session is there while its tests run');
    return made;
  };
  beforeAll(async () => {
    const engine = await openEngine();
    made = { engine, session: await openSession(engine) };
    await setUp(made.session);
  });
  afterAll(() => made?.engine.close());
  return {
    run: (...given) => current().session.run(...given),
    runAs: (...given) => current().session.runAs(...given),
    columns: (...given) => current().session.columns(...given),
    failure: (...given) => current().session.failure(...given),
    interrupted: (...given) => current().session.interrupted(...given),
    close: () => current().session.close(),
    another: () => openSession(current().engine),
  };
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  throw new Error('it succeeded, and should have failed');
}
