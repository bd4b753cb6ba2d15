import { z } from 'zod';

import { SnowmeltError, type WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import type { Sessions } from '../connect/session-pool.ts';
import { quoteText } from '../sql/quote.ts';
import { quoteStage } from './stage.ts';

/** Most that every kind of stage grants: one on an AWS role allows no more than an hour. */
const seconds = 3600;

const answer = z.tuple([z.object({ url: z.url().nullable() })]);

/** A file of a stage. */
export interface StagedFile {
  readonly stage: string;
  readonly path: string;
}

/**
 * An address that gives the file to whoever has it, for an hour: it is a secret (P7). Throws
 * `SOURCE.FILE_MISSING` where the stage is gone. A file that is gone has a URL as well.
 * Source: docs.snowflake.com/en/sql-reference/functions/get_presigned_url.
 */
export async function presignedUrl(
  pool: Sessions,
  { stage, path }: StagedFile,
  context: WorkContext,
): Promise<string> {
  const sql = `SELECT GET_PRESIGNED_URL(${quoteStage(stage)}, ${quoteText(path)}, ${String(seconds)}) AS "URL"`;
  const rows = await queryRows(pool, sql, context, 'staging');
  const [{ url }] = readAnswer(answer, rows, { about: 'the URL of a staged file', hidden: true });
  if (url === null) {
    throw new SnowmeltError('SOURCE.FILE_MISSING', `Snowflake gives no URL for ${path}.`);
  }
  return url;
}
