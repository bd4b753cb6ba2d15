import { text } from 'node:stream/consumers';
import { z } from 'zod';

import { isSnowmeltError, SnowmeltError, tellWait } from '@snowmelt/core';

import type { Connection } from '../connect/driver.ts';
import type { Session } from '../connect/execute.ts';
import type { Headers } from '../connect/network.ts';
import { translateError } from '../errors/translate-error.ts';
import { withinTime } from '../stream/watchdog.ts';

export type ResultRow = readonly (string | null)[];

/** Rows that follow one another in a result: in the reply itself, or at an address. */
export interface ResultPart {
  readonly rows: number;
  readonly inline?: readonly ResultRow[];
  /** Gives the part to whoever has it, for some hours: a secret (P7). */
  readonly url?: string;
}

/** Where the rows of a statement that has ended can be read. Kept by Snowflake for 24 hours. */
export interface StatementResult {
  readonly queryId: string;
  readonly rows: number;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly parts: readonly ResultPart[];
  /** What storage wants to be told with each request for a part. */
  readonly headers: Headers;
}

const inProgress = new Set(['333333', '333334']);
const renewable = '390112';

/**
 * Asks for a result by its query's id. Not through the driver: it reads parts of a result where no
 * caller can catch what it throws (snowflake-sdk 3.3, connection/result/chunk parses on an event),
 * so that one broken part would end the process and print its rows. The request is the driver's own
 * (connection/statement, `sendRequestPostExec`). Throws catalogue errors.
 */
export async function fetchResult(
  session: Session,
  queryId: string,
  signal: AbortSignal,
): Promise<StatementResult> {
  const first = `/queries/${queryId}/result?disableOfflineChunks=false`;
  let says: string | undefined;
  const where = new URL(session.accessUrl).host;
  const waiting = { for: `Snowflake: query ${queryId}`, where };
  using _told = tellWait(session.network.onWait, waiting, () => says);
  let reply = await askRenewed(session, first, signal);
  while (inProgress.has(reply.code ?? '')) {
    const { data: next } = nextAddress.safeParse(reply.data);
    if (next === undefined) throw broken('it is in progress, and no address is given for it');
    says = 'in progress';
    reply = await askRenewed(session, next.getResultUrl, signal);
  }
  if (!reply.success) throw translateError({ ...reply, code: reply.code ?? '0' }, 'fetching');
  return readResult(reply.data, queryId);
}

/** A statement may take longer than a session's token lives. */
async function askRenewed(
  session: Session,
  address: string,
  signal: AbortSignal,
): Promise<z.infer<typeof replyShape>> {
  const reply = await ask(session, address, signal);
  if (reply.code !== renewable) return reply;
  // Whatever the driver asks for makes it renew the session first.
  await withinTime(session.connection.isValidAsync(), session.network.idleTimeout);
  return ask(session, address, signal);
}

/** Cancels a query by its id, whoever has begun it; one that has ended stays as it ended. */
export async function cancelQuery(session: Session, queryId: string): Promise<void> {
  const { connection, accessUrl, network } = session;
  const headers = { accept: 'application/json', authorization: authorization(connection) };
  const url = new URL(`/queries/${queryId}/abort-request`, accessUrl).href;
  const response = await network.post(url, headers, AbortSignal.timeout(cancelTime));
  response.resume();
}

/** Milliseconds: nobody is kept from stopping by a server that does not hear. */
const cancelTime = 3000;

const nextAddress = z.looseObject({ getResultUrl: z.string() });
const replyShape = z.object({
  success: z.boolean(),
  code: z.string().nullish(),
  message: z
    .string()
    .nullish()
    .transform((message) => message ?? 'no message'),
  data: z.unknown(),
});

async function ask(
  { connection, accessUrl, network }: Session,
  address: string,
  signal: AbortSignal,
): Promise<z.infer<typeof replyShape>> {
  const headers = { accept: 'application/json', authorization: authorization(connection) };
  const response = await network.get(new URL(address, accessUrl).href, headers, signal);
  const body = await withinTime(text(response), network.idleTimeout).catch((error: unknown) => {
    response.destroy();
    signal.throwIfAborted();
    throw isSnowmeltError(error) ? error : broken('the reply broke off');
  });
  if (response.statusCode !== 200) {
    const message = `Snowflake answered HTTP ${String(response.statusCode)} for a result.`;
    throw new SnowmeltError('SOURCE.NETWORK', message);
  }
  return parse(replyShape, body);
}

const serialized = z.object({
  services: z.object({ sf: z.object({ tokenInfo: z.object({ sessionToken: z.string() }) }) }),
});

/** The shape is shown in the driver's documentation of `serialize`. Without a token: logged out. */
function authorization(connection: Connection): string {
  const { data } = serialized.safeParse(JSON.parse(connection.serialize()));
  if (data === undefined) throw new SnowmeltError('SOURCE.SESSION_LOST', 'The session has ended.');
  return `Snowflake Token="${data.services.sf.tokenInfo.sessionToken}"`;
}

const row = z.array(z.string().nullable());
const resultShape = z.looseObject({
  returned: z.number(),
  rowtype: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  rowset: z.array(row),
  chunks: z.array(z.looseObject({ url: z.string(), rowCount: z.number() })).nullish(),
  chunkHeaders: z.record(z.string(), z.string()).nullish(),
  qrmk: z.string().nullish(),
});

function readResult(data: unknown, queryId: string): StatementResult {
  const { data: result, error } = resultShape.safeParse(data);
  if (result === undefined) {
    const at = error.issues[0]?.path.slice(0, 1).join('.') ?? '';
    throw broken(`its reply has another form than JSON results have, at "${at}"`);
  }
  const { rowset, chunks } = result;
  return {
    queryId,
    rows: result.returned,
    columns: result.rowtype.map(({ name, type }) => ({ name, type })),
    parts: [
      ...(rowset.length === 0 ? [] : [{ rows: rowset.length, inline: rowset }]),
      ...(chunks ?? []).map(({ url, rowCount }) => ({ rows: rowCount, url })),
    ],
    headers: result.chunkHeaders ?? keyHeaders(result.qrmk),
  };
}

/** As the driver makes them where there is a key only (snowflake-sdk 3.3, connection/result). */
function keyHeaders(key: string | null | undefined): Headers {
  if (key === undefined || key === null) return {};
  return {
    'x-amz-server-side-encryption-customer-algorithm': 'AES256',
    'x-amz-server-side-encryption-customer-key': key,
  };
}

/** No message of a parser is passed on: it would quote the text (P7). */
export function parse<T>(shape: z.ZodType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw broken('it is no JSON');
  }
  const { data } = shape.safeParse(value);
  if (data === undefined) throw broken('it has another form than expected');
  return data;
}

export function broken(reason: string): SnowmeltError {
  return new SnowmeltError('SOURCE.STREAM_BROKEN', `A result cannot be read: ${reason}.`);
}
