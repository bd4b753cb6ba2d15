import type { IncomingMessage } from 'node:http';

import type { Network } from '../connect/network.ts';

/** The answer to one request for a file; no message of it ever holds the URL (P7). */
export type Download =
  | { readonly found: true; readonly response: IncomingMessage }
  | { readonly found: false; readonly status: number };

/** Throws `SOURCE.NETWORK` where there is no answer, or the signal's reason. */
export async function request(
  url: string,
  network: Network,
  signal: AbortSignal,
): Promise<Download> {
  // As stored: Google's storage would inflate a gzip file on the way for whoever can't.
  const response = await network.get(url, { 'accept-encoding': 'gzip' }, signal);
  const status = response.statusCode ?? 0;
  if (status === 200) return { found: true, response };
  response.on('error', () => undefined);
  response.resume();
  return { found: false, status };
}
