import { z } from 'zod';

import type { SnapshotPoint, WorkContext } from '@snowmelt/core';

import { queryRows } from '../connect/query-rows.ts';
import { readAnswer } from '../connect/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { serverTimeText } from '../render/moment.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/u;
const answer = z.tuple([z.object({ at: z.string().regex(instant) })]);

/** The server's own clock, with all nine digits: a client's clock may be ahead of it. */
export async function pinSnapshot(pool: SessionPool, context: WorkContext): Promise<SnapshotPoint> {
  const sql = `SELECT ${serverTimeText('CURRENT_TIMESTAMP()')} AS "AT"`;
  const rows = await queryRows(pool, sql, context);
  const [{ at }] = readAnswer(answer, rows, { about: 'the snapshot point' });
  return { at };
}
