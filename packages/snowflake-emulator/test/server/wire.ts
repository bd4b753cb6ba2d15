import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Emulator } from '../../src/index.ts';

/** A reply of the protocol, as it travels. */
export interface WireReply {
  readonly status: number;
  readonly success: boolean;
  readonly code: string | null;
  readonly message: string | null;
  // The shape of `data` is what the tests look at.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

export interface WireRequest {
  readonly token?: string;
  readonly body?: unknown;
  readonly gzip?: boolean;
  readonly method?: string;
}

/** Sends one request below the driver, for what the driver hides or never sends. */
export async function send(
  emulator: Emulator,
  path: string,
  request: WireRequest = {},
): Promise<WireReply> {
  const { token, body, gzip = false, method = body === undefined ? 'GET' : 'POST' } = request;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await fetch(emulator.accessUrl + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Snowflake Token="${token}"` }),
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    },
    ...(text === undefined ? {} : { body: gzip ? gzipSync(text) : text }),
  });
  const reply = (await response.json()) as Omit<WireReply, 'status'>;
  return { ...reply, status: response.status };
}

export async function logIn(
  emulator: Emulator,
  data: Record<string, unknown> = {},
): Promise<WireReply> {
  const credentials = {
    ACCOUNT_NAME: emulator.account,
    LOGIN_NAME: 'mover',
    PASSWORD: 'secret',
    CLIENT_APP_ID: 'JavaScript',
  };
  const body = { data: { ...credentials, ...data } };
  return send(emulator, '/session/v1/login-request?databaseName=DB&schemaName=PUBLIC', { body });
}

export async function logInForToken(emulator: Emulator): Promise<string> {
  const { data } = await logIn(emulator);
  return data.token;
}

export async function sendQuery(
  emulator: Emulator,
  token: string,
  body: Record<string, unknown>,
  requestId: string = randomUUID(),
): Promise<WireReply> {
  return send(emulator, `/queries/v1/query-request?requestId=${requestId}`, { token, body });
}
