import { Agent as HttpAgent, get as getHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, get as getHttps } from 'node:https';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { isSnowmeltError, SnowmeltError } from '@snowmelt/core';

import { withinTime } from '../stream/watchdog.ts';

/** zlib's own 16 KiB cost more in calls than in inflating. */
const inflatedBytes = 256 * 1024;

/** Proxies of the environment, from Node 24.5 on; an older one takes no notice of the option. */
const agentOptions = { keepAlive: true, proxyEnv: process.env };
const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };

/** The answer to one request for a file; no message of it ever holds the URL (P7). */
export type Download =
  | { readonly found: true; readonly response: IncomingMessage }
  | { readonly found: false; readonly status: number };

/** Throws `SOURCE.NETWORK` where there is no answer, or the signal's reason. */
export async function request(
  url: string,
  idleTimeout: number,
  signal: AbortSignal,
): Promise<Download> {
  const response = await answerTo(url, idleTimeout, signal);
  const status = response.statusCode ?? 0;
  if (status === 200) return { found: true, response };
  response.on('error', () => undefined);
  response.resume();
  return { found: false, status };
}

function answerTo(url: string, idleTimeout: number, signal: AbortSignal): Promise<IncomingMessage> {
  const secure = url.startsWith('https:');
  // As stored: Google's storage would inflate a gzip file on the way for whoever can't.
  const options = { headers: { 'accept-encoding': 'gzip' }, signal };
  return new Promise((resolve, reject) => {
    // After the answer the watchdog counts, which knows whether anybody wants data.
    const timer = setTimeout(() => sent.destroy(new Error('no answer')), idleTimeout);
    const answered = (response: IncomingMessage): void => {
      clearTimeout(timer);
      resolve(response);
    };
    const sent = secure
      ? getHttps(url, { ...options, agent: agents.https }, answered)
      : getHttp(url, { ...options, agent: agents.http }, answered);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(signal.aborted ? (signal.reason as Error) : unreachable(url, error));
    });
  });
}

function unreachable(url: string, { code, message }: NodeJS.ErrnoException): SnowmeltError {
  const { host } = new URL(url);
  return new SnowmeltError('SOURCE.NETWORK', `The storage at ${host}: ${code ?? message}.`);
}

/**
 * The lines of a gzip file. Throws `SOURCE.STREAM_BROKEN` for a body that ends early, is no gzip
 * or stands still.
 */
export async function* inflate(
  response: IncomingMessage,
  idleTimeout: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip({ chunkSize: inflatedBytes });
  const stop = (): void => void gunzip.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  // The iterator below meets the error; the callback only keeps it from being thrown.
  pipeline(response, gunzip, () => undefined);
  try {
    const parts = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    for (;;) {
      const part = await withinTime(parts.next(), idleTimeout);
      if (part.done === true) return;
      yield part.value;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : broken(error);
  } finally {
    signal.removeEventListener('abort', stop);
    gunzip.destroy();
    response.destroy();
  }
}

function broken(error: unknown): unknown {
  if (isSnowmeltError(error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new SnowmeltError('SOURCE.STREAM_BROKEN', `A staged file broke off: ${code ?? message}.`);
}
