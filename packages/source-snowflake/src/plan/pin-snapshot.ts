import { z } from 'zod';

import type { SnapshotPoint, WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';
import { serverTimeText } from '../render/moment.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/u;
const answer = z.tuple([z.object({ at: z.string().regex(instant) })]);

/** Milliseconds after which the one that the server answered in is over. */
const pastIt = 3;

/**
 * The server's own clock: a client's may be ahead of it. The point is the last nanosecond of the
 * millisecond in which the server answered (docs/decisions/0016): clock and stamps of commits have
 * milliseconds, so that no commit is exactly at it, and each of the same millisecond is in it. It is
 * handed out when it has passed, since what is in the future can't be read.
 */
export async function pinSnapshot(pool: SessionPool, context: WorkContext): Promise<SnapshotPoint> {
  const sql = `SELECT ${serverTimeText('CURRENT_TIMESTAMP()')} AS "AT"`;
  const rows = await queryRows(pool, sql, context);
  const [{ at }] = readAnswer(answer, rows, { about: 'the snapshot point' });
  await context.clock.sleep(pastIt, context.signal);
  return { at: at.replace(/\d{6}\+/u, '999999+') };
}
