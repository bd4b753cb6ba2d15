import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect, failureOf } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logIn, logInForToken, send, sendQuery } from './wire.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
afterAll(() => emulator.close());

const sqlText = 'SELECT 1 AS ONE';

describe('a session token', () => {
  it('that has expired is renewed by the driver, and the statement runs once', async () => {
    await using other = await startTestEmulator({ sessionSeconds: 1 });
    await using session = await connect(other);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await session.query(sqlText)).rows).toHaveLength(1);
    expect(other.stats.requests.token).toBe(1);
    expect(other.stats.statements).toHaveLength(1);
  });

  it('is refused with 390112 when a renewal has replaced it', async () => {
    const { data } = await logIn(emulator);
    const body = { requestType: 'RENEW', oldSessionToken: data.token };
    const renewed = await send(emulator, '/session/token-request', {
      token: data.masterToken,
      body,
    });
    expect(renewed.data).toMatchObject({ sessionId: data.sessionId, validityInSecondsST: 3600 });
    const late = await sendQuery(emulator, data.token, { sqlText });
    expect(late).toMatchObject({ status: 200, success: false, code: '390112' });
    const next = await sendQuery(emulator, renewed.data.sessionToken, { sqlText });
    expect(next.success).toBe(true);
  });

  it('that nobody issued is refused with 401 and 390104', async () => {
    const reply = await sendQuery(emulator, 'made-up', { sqlText });
    expect(reply).toMatchObject({ status: 401, success: false, code: '390104' });
  });

  it('is no longer renewed when the master token has expired: 390114', async () => {
    await using other = await startTestEmulator({ masterSeconds: 0 });
    const { data } = await logIn(other);
    const body = { requestType: 'RENEW', oldSessionToken: data.token };
    const reply = await send(other, '/session/token-request', { token: data.masterToken, body });
    expect(reply).toMatchObject({ success: false, code: '390114' });
  });
});

describe('a session', () => {
  it('is gone after the driver has closed it: 390111', async () => {
    const token = await logInForToken(emulator);
    await send(emulator, '/session?delete=true', { token, method: 'POST' });
    expect(await sendQuery(emulator, token, { sqlText })).toMatchObject({ code: '390111' });
  });

  it('is kept by heartbeats', async () => {
    await using session = await connect(emulator);
    expect(await session.connection.isValidAsync()).toBe(true);
    expect(emulator.stats.requests.heartbeat).toBe(1);
  });

  it('cancels its running statements when it is closed', async () => {
    emulator.faults.add({ kind: 'slow-statement', ms: 60_000, match: { sqlIncludes: 'LEFT' } });
    const session = await connect(emulator);
    const running = failureOf(session.query("SELECT 'LEFT' AS T"));
    await expect.poll(() => emulator.stats.statements.at(-1)?.sql).toContain('LEFT');
    await session.close();
    expect(String((await running).code)).toBe('000604');
  });
});

describe('requests', () => {
  it('may come gzipped', async () => {
    const token = await logInForToken(emulator);
    const path = '/queries/v1/query-request?requestId=gzipped';
    const reply = await send(emulator, path, { token, gzip: true, body: { sqlText } });
    expect(reply).toMatchObject({ success: true, data: { rowset: [['1']] } });
  });

  it('that are no JSON, or of another shape, are refused with 400', async () => {
    const token = await logInForToken(emulator);
    const reply = await sendQuery(emulator, token, { sqlText: 7 });
    expect(reply).toMatchObject({ status: 400, success: false });
    expect(reply.message).toContain('sqlText');
  });

  it('to an unknown path are refused with 404', async () => {
    const reply = await send(emulator, '/session/authenticator-request', { body: {} });
    expect(reply).toMatchObject({ status: 404, success: false });
  });
});

it('closes every socket and takes its port back', async () => {
  const other = await startTestEmulator();
  const session = await connect(other);
  await session.query(sqlText);
  await other.close();
  await expect(fetch(other.accessUrl)).rejects.toThrow();
  await using again = await startTestEmulator({ port: other.port });
  expect(again.port).toBe(other.port);
});
