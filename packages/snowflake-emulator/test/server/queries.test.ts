import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect, failureOf, type DriverSession } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logInForToken, send, sendQuery } from './wire.ts';

let emulator: Emulator;
let session: DriverSession;
beforeAll(async () => {
  emulator = await startTestEmulator();
  session = await connect(emulator);
});
beforeEach(() => {
  emulator.faults.clear();
  emulator.stats.reset();
});
afterAll(async () => {
  await session.close();
  await emulator.close();
});

/** Makes statements with this text run for so long. */
const slowDown = (text: string, ms: number) =>
  emulator.faults.add({ kind: 'slow-statement', ms, match: { sqlIncludes: text } });

describe('a statement', () => {
  it('gives its rows, its query id and the state of the session', async () => {
    const { rows, statement } = await session.query("SELECT 'a' AS LETTER");
    expect(rows).toEqual([{ LETTER: 'a' }]);
    expect(statement.getQueryId()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(statement.getNumRows()).toBe(1);
  });

  it('may have no rows', async () => {
    const { rows, statement } = await session.query(
      'SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 0))',
    );
    expect(rows).toEqual([]);
    expect(statement.getNumRows()).toBe(0);
  });

  it('that Snowflake would refuse fails with its code and SQLSTATE', async () => {
    const error = await failureOf(session.query('SELECT * FROM MISSING_TABLE'));
    expect(error).toMatchObject({ code: '002003', sqlState: '42S02' });
    expect(error.data).toMatchObject({ queryId: expect.any(String) });
  });

  it('takes bindings, null among them', async () => {
    const { rows } = await session.query('SELECT ? AS A, ? AS B', { binds: ['x', null] });
    expect(rows).toEqual([{ A: 'x', B: null }]);
  });

  it('takes rows of bindings at once', async () => {
    await session.query('CREATE OR REPLACE TABLE BOUND (N INTEGER, T VARCHAR)');
    const binds = Array.from({ length: 500 }, (_, n) => [n, n % 2 === 0 ? null : `text ${n}`]);
    await session.query('INSERT INTO BOUND VALUES (?, ?)', { binds });
    const { rows } = await session.query('SELECT COUNT(*) AS A, COUNT(T) AS B FROM BOUND');
    expect(rows).toEqual([{ A: 500, B: 250 }]);
  });

  it('leaves its traces in the state of the session that the reply tells', async () => {
    const token = await logInForToken(emulator);
    const sqlText = 'CREATE OR REPLACE SCHEMA ELSEWHERE';
    expect((await sendQuery(emulator, token, { sqlText })).data).toMatchObject({
      finalDatabaseName: 'DB',
      finalSchemaName: 'ELSEWHERE',
    });
    const zone = { sqlText: "ALTER SESSION SET TIMEZONE = 'Asia/Tokyo'" };
    const { parameters } = (await sendQuery(emulator, token, zone)).data;
    expect(parameters).toContainEqual({ name: 'TIMEZONE', value: 'Asia/Tokyo' });
  });

  it('is recorded with its tag, once', async () => {
    await session.query('SELECT 1 AS TAGGED', { parameters: { QUERY_TAG: 'mine' } });
    expect(emulator.stats.statements).toMatchObject([
      { sql: 'SELECT 1 AS TAGGED', queryTag: 'mine', status: 'success', rows: 1, user: 'MOVER' },
    ]);
  });

  it('is only described where the client asks for that', async () => {
    const { rows, statement } = await session.query('SELECT 1 AS ONE', { describeOnly: true });
    expect(rows).toEqual([]);
    expect(statement.getColumns()?.map((column) => column.getName())).toEqual(['ONE']);
  });

  it('is refused when its bindings come through a stage', async () => {
    const token = await logInForToken(emulator);
    const reply = await sendQuery(emulator, token, { sqlText: 'SELECT ?', bindStage: '@x' });
    expect(reply).toMatchObject({ success: false, code: '000002', data: { sqlState: '0A000' } });
  });
});

describe('a repeated requestId', () => {
  it('gets the reply of the first, and runs nothing again', async () => {
    const token = await logInForToken(emulator);
    const requestId = randomUUID();
    const body = { sqlText: 'SELECT 1 AS ONCE' };
    const [first, second] = await Promise.all([
      sendQuery(emulator, token, body, requestId),
      sendQuery(emulator, token, body, requestId),
    ]);
    const third = await sendQuery(emulator, token, body, requestId);
    expect(new Set([first, second, third].map(({ data }) => data.queryId)).size).toBe(1);
    expect(emulator.stats.statements).toHaveLength(1);
  });

  it('belongs to its session', async () => {
    const tokens = [await logInForToken(emulator), await logInForToken(emulator)];
    const body = { sqlText: 'SELECT 1 AS MINE' };
    for (const token of tokens) await sendQuery(emulator, token, body, 'the-same');
    expect(emulator.stats.statements).toHaveLength(2);
  });
});

describe('a slow statement', () => {
  it('is answered with "in progress" until it is done, and the driver waits', async () => {
    await using other = await startTestEmulator({ longPollSeconds: 0.2 });
    await using patient = await connect(other);
    other.faults.add({ kind: 'slow-statement', ms: 700 });
    expect((await patient.query('SELECT 1 AS SLOW')).rows).toHaveLength(1);
    expect(other.stats.requests.result).toBeGreaterThanOrEqual(2);
    expect(other.stats.statements).toHaveLength(1);
  });

  it('is cancelled by the driver before it knows the query id: 000604', async () => {
    slowDown('ENDLESS', 60_000);
    const error = await new Promise<{ code?: unknown; sqlState?: unknown }>((resolve, reject) => {
      const statement = session.connection.execute({
        sqlText: "SELECT 'ENDLESS' AS T",
        complete: (error) => (error ? resolve(error) : reject(new Error('It ended.'))),
      });
      void expect
        .poll(() => emulator.stats.statements.length)
        .toBe(1)
        .then(() => statement.cancel(() => undefined));
    });
    expect(error).toMatchObject({ code: '000604', sqlState: '57014' });
    expect(emulator.stats.statements[0]?.status).toBe('aborted');
  });

  it('ends at STATEMENT_TIMEOUT_IN_SECONDS: 000630', async () => {
    slowDown('TIMELY', 60_000);
    const parameters = { STATEMENT_TIMEOUT_IN_SECONDS: 1 };
    const error = await failureOf(session.query("SELECT 'TIMELY' AS T", { parameters }));
    expect(error).toMatchObject({ code: '000630' });
  });
});

describe('an asynchronous statement', () => {
  it('gives its query id at once and its rows later', async () => {
    slowDown('LATER', 600);
    const { statement } = await session.query("SELECT 'LATER' AS T", { asyncExec: true });
    const queryId = statement.getQueryId();
    expect(await session.connection.getQueryStatus(queryId)).toBe('RUNNING');
    const later = await session.connection.getResultsFromQueryId({ queryId });
    const rows: unknown[] = [];
    for await (const row of later.streamRows()) rows.push(row);
    expect(rows).toEqual([{ T: 'LATER' }]);
    expect(await session.connection.getQueryStatus(queryId)).toBe('SUCCESS');
  });

  it('is cancelled by its query id', async () => {
    slowDown('ENDLESS', 60_000);
    const token = await logInForToken(emulator);
    const { data, code } = await sendQuery(emulator, token, {
      sqlText: "SELECT 'ENDLESS' AS T",
      asyncExec: true,
    });
    expect(code).toBe('333334');
    const path = `/queries/${data.queryId}/abort-request`;
    expect(await send(emulator, path, { token, body: {} })).toMatchObject({ success: true });
    const result = await send(emulator, `/queries/${data.queryId}/result`, { token });
    expect(result).toMatchObject({ success: false, code: '000604' });
    expect(await send(emulator, path, { token, body: {} })).toMatchObject({ code: '000605' });
    expect(await session.connection.getQueryStatus(data.queryId)).toBe('ABORTED');
  });

  it('that failed says so when asked', async () => {
    const { statement } = await session.query('SELECT * FROM MISSING_TABLE', { asyncExec: true });
    const queryId = statement.getQueryId();
    await expect.poll(() => session.connection.getQueryStatus(queryId)).toBe('FAILED_WITH_ERROR');
    const error = await failureOf(session.connection.getResultsFromQueryId({ queryId }));
    expect(error.message).toContain('MISSING');
  });

  it('is unknown to other users', async () => {
    const users = ['mover', 'other'].map((name) => ({ name, password: 'secret' }));
    await using shared = await startTestEmulator({ users });
    await using mine = await connect(shared);
    await using theirs = await connect(shared, { username: 'other' });
    const queryId = (await mine.query('SELECT 1 AS A')).statement.getQueryId();
    expect(await mine.connection.getQueryStatus(queryId)).toBe('SUCCESS');
    expect(await theirs.connection.getQueryStatus(queryId)).toBe('NO_QUERY_DATA');
  });
});

describe('several statements', () => {
  it('give their results one after another', async () => {
    const results = await new Promise<unknown[]>((resolve, reject) => {
      const all: unknown[] = [];
      session.connection.execute({
        sqlText: "SELECT 'a' AS A; SELECT 'b' AS B",
        parameters: { MULTI_STATEMENT_COUNT: 2 },
        complete(error, statement, rows) {
          if (error) return reject(error);
          all.push(rows);
          const results = statement as unknown as Multi;
          return results.hasNext() ? results.NextResult() : resolve(all);
        },
      });
    });
    expect(results).toEqual([[{ A: 'a' }], [{ B: 'b' }]]);
    expect(emulator.stats.statements.map(({ sql }) => sql)).toHaveLength(2);
  });

  it.each([undefined, 1, 3])(
    'in another number than stated (%s) are refused: 000008',
    async (count) => {
      const parameters = count === undefined ? {} : { MULTI_STATEMENT_COUNT: count };
      const error = await failureOf(session.query('SELECT 1 AS A; SELECT 2 AS B', { parameters }));
      expect(error).toMatchObject({ code: '000008' });
      expect(emulator.stats.statements).toHaveLength(0);
    },
  );

  it('stop at the first that fails', async () => {
    const sqlText = 'SELECT 1 AS A; SELECT * FROM MISSING_TABLE; SELECT 3 AS C';
    const parameters = { MULTI_STATEMENT_COUNT: 0 };
    const error = await failureOf(session.query(sqlText, { parameters }));
    expect(error).toMatchObject({ code: '002003' });
    expect(emulator.stats.statements.map(({ status }) => status)).toEqual(['success', 'failed']);
  });

  it('are cancelled with the one that runs', async () => {
    slowDown('ENDLESS', 60_000);
    const token = await logInForToken(emulator);
    const { data } = await sendQuery(emulator, token, {
      sqlText: "SELECT 1 AS A; SELECT 'ENDLESS' AS T; SELECT 3 AS C",
      parameters: { MULTI_STATEMENT_COUNT: 3 },
      asyncExec: true,
    });
    await expect.poll(() => emulator.stats.statements.length).toBe(2);
    await send(emulator, `/queries/${data.queryId}/abort-request`, { token, body: {} });
    expect(emulator.stats.statements.map(({ status }) => status)).toEqual(['success', 'aborted']);
  });

  it('with bindings are refused by name', async () => {
    const token = await logInForToken(emulator);
    const reply = await sendQuery(emulator, token, {
      sqlText: 'SELECT ? AS A; SELECT 2 AS B',
      bindings: { 1: { type: 'TEXT', value: 'x' } },
      parameters: { MULTI_STATEMENT_COUNT: 2 },
    });
    expect(reply).toMatchObject({ success: false, code: '000002' });
    expect(reply.message).toContain('bindings in a request of several statements');
  });

  it('may be one, with a semicolon at its end', async () => {
    expect((await session.query("SELECT 'a' AS A;")).rows).toEqual([{ A: 'a' }]);
  });
});

it('a defect of the emulator is 000603, and is logged with the statement', async () => {
  await using broken = await startTestEmulator();
  await using asking = await connect(broken);
  broken.engine.presign = () => {
    throw new Error('out of order');
  };
  await asking.query('CREATE STAGE ST');
  const sql = "SELECT GET_PRESIGNED_URL(@ST, 'x') AS U";
  const error = await failureOf(asking.query(sql));
  expect(error).toMatchObject({ code: '000603', message: expect.stringContaining('out of order') });
  expect(broken.events).toContainEqual(['internal-error', expect.objectContaining({ sql })]);
});

it('the latest queries can be read again, older ones are forgotten', async () => {
  await using small = await startTestEmulator({ keptQueries: 2 });
  await using asking = await connect(small);
  const ids: string[] = [];
  for (const n of [1, 2, 3])
    ids.push((await asking.query(`SELECT ${n} AS N`)).statement.getQueryId());
  const found = await Promise.all(ids.map((id) => asking.connection.getQueryStatus(id)));
  expect(found).toEqual(['NO_QUERY_DATA', 'SUCCESS', 'SUCCESS']);
});

interface Multi {
  hasNext(): boolean;
  NextResult(): void;
}
