import { SnowmeltError, type ChunkPlan, type ChunkStream, type WorkContext } from '@snowmelt/core';

import type { Sessions } from '../connect/session-pool.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { decoded } from '../stream/decoded.ts';
import { request, type Download } from './download.ts';
import { presignedUrl, type StagedFile } from './presigned-url.ts';

/**
 * Streams a staged file. The URL is made for this opening; where the storage refuses it, one more
 * is asked for, since a stage's credentials may have been renewed in between.
 */
export async function openFile(
  pool: Sessions,
  { chunk, file }: { readonly chunk?: ChunkPlan; readonly file: StagedFile },
  context: WorkContext,
): Promise<ChunkStream> {
  const { network } = pool;
  const ask = async (): Promise<Download> =>
    request(await presignedUrl(pool, file, context), network, context.signal);
  let download = await ask();
  if (!download.found && [403, 404].includes(download.status)) download = await ask();
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
