import { z } from 'zod';

import type { WorkContext } from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import { readAnswer } from '../result/read-answer.ts';
import type { SessionPool } from '../connect/session-pool.ts';

const name = z.string().nullable();
const answer = z.tuple([
  z.object({ user: name, role: name, warehouse: name, account: name, version: name }),
]);

/** Who is logged in, and where. Needs no warehouse. */
export async function ping(pool: SessionPool, context: WorkContext): Promise<string> {
  const sql = `SELECT CURRENT_USER() AS "USER", CURRENT_ROLE() AS "ROLE", CURRENT_WAREHOUSE() AS "WAREHOUSE",
  CURRENT_ACCOUNT() AS "ACCOUNT", CURRENT_VERSION() AS "VERSION"`;
  const rows = await queryRows(pool, sql, context);
  const [{ user, role, warehouse, account, version }] = readAnswer(answer, rows, {
    about: 'the session',
  });
  return (
    `${user ?? '?'} in role ${role ?? 'none'} on account ${account ?? '?'}, ` +
    `warehouse ${warehouse ?? 'none'}, Snowflake ${version ?? '?'}`
  );
}
