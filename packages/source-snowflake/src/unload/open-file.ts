import type { IncomingMessage } from 'node:http';

import { type ChunkPlan, type ChunkStream, SnowmeltError, type WorkContext } from '@snowmelt/core';

import type { Network } from '../connect/network.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { decoded } from '../stream/decoded.ts';
import type { RowWindow } from '../result/line-parser.ts';
import type { FileUrls, StagedFile } from './file-urls.ts';
import { lineWindow } from './line-window.ts';

interface FileToRead {
  readonly chunk?: ChunkPlan;
  /** Without a window, all of it. */
  readonly file: StagedFile & { readonly window?: RowWindow | undefined };
}

/**
 * Streams a staged file. Where the storage refuses its URL, one more is asked for: it has run out, or
 * the stage's credentials have been renewed in between.
 */
export async function openFile(
  { pool, urls }: { readonly pool: Sessions; readonly urls: FileUrls },
  { chunk, file }: FileToRead,
  context: WorkContext,
): Promise<ChunkStream> {
  const { network } = pool;
  let url = '';
  const ask = async (): Promise<Download> => {
    url = await urls.of(file, context);
    return request(url, network, context.signal);
  };
  let download = await ask();
  // Google's storage says 400 (ExpiredToken) where the others say 403.
  if (!download.found && [400, 401, 403, 404].includes(download.status)) {
    urls.forget(file);
    download = await ask();
  }
  if (!download.found) throw refused(download.status, file);
  const { response } = download;
  const idleTimeout = network.downloadTimeout;
  const tell = () => network.tellWait('more of a staged file', url);
  const how = { idleTimeout, what: 'A staged file', gzip: true, tell } as const;
  const { window } = file;
  const read = (signal: AbortSignal) => {
    const blocks = decoded(response, how, signal);
    return window === undefined ? blocks : lineWindow(blocks, window);
  };
  const bytes = byteStream(read, context.signal);
  return {
    bytes,
    ...(chunk?.expectedRows === undefined ? {} : { expectedRows: chunk.expectedRows }),
  };
}

function refused(status: number, { path }: StagedFile): SnowmeltError {
  const message = `The storage answered ${String(status)} for the staged file ${path}.`;
  return new SnowmeltError(status === 404 ? 'SOURCE.FILE_MISSING' : 'SOURCE.NETWORK', message);
}

/** The answer to one request for a file; no message of it ever holds the URL (P7). */
type Download =
  | { readonly found: true; readonly response: IncomingMessage }
  | { readonly found: false; readonly status: number };

/** Throws `SOURCE.NETWORK` where there is no answer, or the signal's reason. */
export async function request(
  url: string,
  network: Network,
  signal: AbortSignal,
): Promise<Download> {
  // As stored: Google's storage would inflate a gzip file on the way for whoever can't.
  const response = await network.download(url, { 'accept-encoding': 'gzip' }, signal);
  const status = response.statusCode ?? 0;
  if (status === 200) return { found: true, response };
  response.on('error', () => undefined);
  response.resume();
  return { found: false, status };
}
