import { readdir, readFile } from 'node:fs/promises';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { fingerprintOf } from '../../src/server/users.ts';
import { keyPair, startTestEmulator } from './test-emulator.ts';
import { logIn, send, sendQuery } from './wire.ts';

/** What the drivers of other languages do that the JavaScript one does not, below any driver. */
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
afterAll(() => emulator.close());

const PYTHON_3 = { CLIENT_APP_ID: 'PythonConnector', CLIENT_APP_VERSION: '3.18.1' };
const tokenOf = async (data: Record<string, unknown> = {}): Promise<string> => {
  const reply = await logIn(emulator, data);
  return reply.data.token;
};

async function jwt(user: string): Promise<string> {
  const subject = `${emulator.account.toUpperCase()}.${user}`;
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(`${subject}.${fingerprintOf(keyPair.publicKey)}`)
    .setSubject(subject)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(keyPair.privateKey);
}

describe('a login by key pair that names nobody', () => {
  const login = async (user: string) =>
    logIn(emulator, {
      AUTHENTICATOR: 'SNOWFLAKE_JWT',
      TOKEN: await jwt(user),
      LOGIN_NAME: undefined,
      PASSWORD: undefined,
    });

  it('is that of the token’s subject', async () => {
    const { data } = await login('MOVER');
    expect(data.displayUserName).toBe('MOVER');
  });

  it('is refused for somebody whose key it is not', async () => {
    expect(await login('SOMEBODY')).toMatchObject({ success: false, code: '390144' });
  });
});

describe('a login that names what is not there', () => {
  const login = (query: string, parameters: Record<string, unknown> = {}) =>
    send(emulator, `/session/v1/login-request?${query}`, {
      body: {
        data: {
          ACCOUNT_NAME: emulator.account,
          LOGIN_NAME: 'mover',
          PASSWORD: 'secret',
          SESSION_PARAMETERS: parameters,
        },
      },
    });
  const validated = { CLIENT_VALIDATE_DEFAULT_PARAMETERS: true };

  it('ends with 390189 for a role', async () => {
    expect(await login('roleName=NOPE')).toMatchObject({ success: false, code: '390189' });
  });

  it.each(['warehouse=NOPE', 'databaseName=NOPE', 'databaseName=DB&schemaName=NOPE'])(
    'ends with 390201 for %s if the client wants it validated, and is a session without it if not',
    async (query) => {
      expect(await login(query, validated)).toMatchObject({ success: false, code: '390201' });
      const { data } = await login(query);
      const { warehouseName, schemaName } = data.sessionInfo;
      expect(warehouseName === null || schemaName === null).toBe(true);
    },
  );
});

describe('PUT and GET by a client that puts a scheme before every endPoint', () => {
  it('lead to a directory of this machine', async () => {
    const token = await tokenOf(PYTHON_3);
    await sendQuery(emulator, token, { sqlText: 'CREATE STAGE local_one' });
    await sendQuery(emulator, token, { sqlText: "COPY INTO @local_one/a FROM (SELECT 'x')" });
    const put = await sendQuery(emulator, token, { sqlText: 'PUT file:///tmp/x @local_one' });
    expect(put.data.stageInfo).toMatchObject({ locationType: 'LOCAL_FS', creds: {} });
    expect(put.data.stageInfo.endPoint).toBeUndefined();
    const get = await sendQuery(emulator, token, { sqlText: 'GET @local_one file:///tmp' });
    const [file] = await readdir(get.data.stageInfo.location);
    expect(get.data.src_locations).toEqual([file]);
    const bytes = await readFile(get.data.stageInfo.location + file);
    expect(bytes.length).toBeGreaterThan(0);
  });

  it('lead to a URL where the client takes one', async () => {
    const token = await tokenOf({ CLIENT_APP_ID: 'JavaScript', CLIENT_APP_VERSION: '3.3.0' });
    const { data } = await sendQuery(emulator, token, { sqlText: 'PUT file:///tmp/x @~' });
    expect(data.stageInfo).toMatchObject({ locationType: 'GCS' });
    expect(data.stageInfo.endPoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/storage$/);
  });

  it('GET … OVERWRITE tells the client to overwrite', async () => {
    const token = await tokenOf(PYTHON_3);
    const sqlText = 'GET @~ file:///tmp OVERWRITE = TRUE';
    const { data } = await sendQuery(emulator, token, { sqlText });
    expect(data.overwrite).toBe(true);
  });
});

it('a query’s state is told under a doubled slash, as the Python connector 5 asks for it', async () => {
  const token = await tokenOf();
  const { data } = await sendQuery(emulator, token, { sqlText: 'SELECT 1' });
  const state = await send(emulator, `/monitoring/queries//${data.queryId}`, { token });
  expect(state.data.queries[0].status).toBe('SUCCESS');
});

describe('statementTypeId', () => {
  // JDBC's SFStatementType and gosnowflake's statementType, by which these drivers act.
  it.each([
    ['SELECT 1', 0x1000],
    ['CREATE OR REPLACE TABLE ids (a INT)', 0x6000],
    ['INSERT INTO ids VALUES (1)', 0x3100],
    ['UPDATE ids SET a = 2', 0x3200],
    ['DELETE FROM ids', 0x3300],
    ['MERGE INTO ids USING ids i ON ids.a = i.a WHEN MATCHED THEN DELETE', 0x3400],
    ['ALTER SESSION SET QUERY_TAG = DEFAULT', 0x4100],
    ['USE DATABASE DB', 0x4301],
    ['USE SCHEMA PUBLIC', 0x4302],
    ['USE WAREHOUSE COMPUTE_WH', 0x4303],
    ['SHOW TABLES', 0x4400],
    ['DESCRIBE TABLE ids', 0x4500],
    ['BEGIN', 0x5000],
    ['COMMIT', 0x5000],
    ['GET @~ file:///tmp', 0x7101],
    ['PUT file:///tmp/x @~', 0x7102],
  ])('of %s', async (sqlText, id) => {
    const token = await tokenOf();
    await sendQuery(emulator, token, { sqlText: 'CREATE TABLE IF NOT EXISTS ids (a INT)' });
    const { data } = await sendQuery(emulator, token, { sqlText });
    expect(data.statementTypeId).toBe(id);
  });
});

describe('an error says its kind and place', () => {
  it.each([
    ['SELECT\n  1 +', 'COMPILATION', 2, 5],
    ['SELECT * FROM nosuch', 'COMPILATION', -1, -1],
    ['SELECT 1 / 0', undefined, -1, -1],
  ])('%s', async (sqlText, type, line, pos) => {
    const { data } = await sendQuery(emulator, await tokenOf(), { sqlText });
    expect({ type: data.type, line: data.line, pos: data.pos }).toEqual({ type, line, pos });
  });
});
