import { SnowmeltError, type ChunkPlan, type ChunkStream, type WorkContext } from '@snowmelt/core';

import type { SessionPool } from '../connect/session-pool.ts';
import type { Settings } from '../options.ts';
import { byteStream } from '../stream/byte-stream.ts';
import { inflate, request, type Download } from './download.ts';
import { presignedUrl, type StagedFile } from './presigned-url.ts';

/**
 * Streams a staged file. The URL is made for this opening; where the storage refuses it, one more
 * is asked for, since a stage's credentials may have been renewed in between.
 */
export async function openFile(
  pool: SessionPool,
  settings: Settings,
  { chunk, file }: { readonly chunk: ChunkPlan; readonly file: StagedFile },
  context: WorkContext,
): Promise<ChunkStream> {
  const { idleTimeout } = settings;
  const ask = async (): Promise<Download> =>
    request(await presignedUrl(pool, file, context), idleTimeout, context.signal);
  let download = await ask();
  if (!download.found && [403, 404].includes(download.status)) download = await ask();
  if (!download.found) throw refused(download.status, file);
  const { response } = download;
  const bytes = byteStream((signal) => inflate(response, idleTimeout, signal), context.signal);
  return {
    bytes,
    ...(chunk.expectedRows === undefined ? {} : { expectedRows: chunk.expectedRows }),
  };
}

function refused(status: number, { path }: StagedFile): SnowmeltError {
  const message = `The storage answered ${String(status)} for the staged file ${path}.`;
  return new SnowmeltError(status === 404 ? 'SOURCE.FILE_MISSING' : 'SOURCE.NETWORK', message);
}
