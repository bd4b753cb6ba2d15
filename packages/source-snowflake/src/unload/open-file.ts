import { SnowmeltError, type ChunkPlan, type ChunkStream, type WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { decoded } from '../stream/decoded.ts';
import { request, type Download } from './download.ts';
import type { FileUrls, StagedFile } from './file-urls.ts';

/**
 * Streams a staged file. Where the storage refuses its URL, one more is asked for: it has run out, or
 * the stage's credentials have been renewed in between.
 */
export async function openFile(
  { pool, urls }: { readonly pool: Sessions; readonly urls: FileUrls },
  { chunk, file }: { readonly chunk?: ChunkPlan; readonly file: StagedFile },
  context: WorkContext,
): Promise<ChunkStream> {
  const { network } = pool;
  const ask = async (): Promise<Download> =>
    request(await urls.of(file, context), network, context.signal);
  let download = await ask();
  // Google's storage says 400 (ExpiredToken) where the others say 403.
  if (!download.found && [400, 401, 403, 404].includes(download.status)) {
    urls.forget(file);
    download = await ask();
  }
  if (!download.found) throw refused(download.status, file);
  const { response } = download;
  const how = { idleTimeout: network.idleTimeout, what: 'A staged file', gzip: true } as const;
  const bytes = byteStream((signal) => decoded(response, how, signal), context.signal);
  return {
    bytes,
    ...(chunk?.expectedRows === undefined ? {} : { expectedRows: chunk.expectedRows }),
  };
}

function refused(status: number, { path }: StagedFile): SnowmeltError {
  const message = `The storage answered ${String(status)} for the staged file ${path}.`;
  return new SnowmeltError(status === 404 ? 'SOURCE.FILE_MISSING' : 'SOURCE.NETWORK', message);
}
