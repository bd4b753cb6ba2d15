import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SnowflakeSqlEngine } from '../../src/create-sql-engine.ts';
import { openEngine, openSession } from '../sql/open-session.ts';

const VIEW = 'SNOWFLAKE.ACCOUNT_USAGE.QUERY_ATTRIBUTION_HISTORY';

let engine: SnowflakeSqlEngine;
beforeAll(async () => {
  engine = await openEngine();
});
afterAll(() => engine.close());

describe('SNOWFLAKE.ACCOUNT_USAGE.QUERY_ATTRIBUTION_HISTORY', () => {
  it('shows a statement hours after it, by its tag, where it took long enough and a warehouse', async () => {
    const session = await openSession(engine);
    await session.run("ALTER SESSION SET QUERY_TAG = 'load run=r1'");
    await session.run('-- counts\nSELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000))');
    await session.run('SHOW TABLES');
    await session.run('ALTER SESSION UNSET QUERY_TAG');
    const tagged = () =>
      session.run(
        `SELECT QUERY_TAG, WAREHOUSE_NAME, USER_NAME, PARENT_QUERY_ID,
           CREDITS_ATTRIBUTED_COMPUTE > 0, CREDITS_USED_QUERY_ACCELERATION, END_TIME >= START_TIME
         FROM ${VIEW} WHERE QUERY_TAG = 'load run=r1'`,
      );
    engine.attribution.shortestMs = 0;
    expect(await tagged()).toEqual([]);
    engine.attribution.lateSeconds = 0;
    expect(await tagged()).toEqual([['load run=r1', 'COMPUTE_WH', 'TESTER', null, '1', null, '1']]);
    engine.attribution.shortestMs = 60_000;
    expect(await tagged()).toEqual([]);
  });

  it('the documented columns are there, and one that nobody can know is refused by name', async () => {
    const session = await openSession(engine);
    Object.assign(engine.attribution, { lateSeconds: 0, shortestMs: 0 });
    await session.run('SELECT 1');
    expect(await session.failure(`SELECT QUERY_HASH FROM ${VIEW}`)).toBe(
      "000002: Unsupported feature 'QUERY_ATTRIBUTION_HISTORY.QUERY_HASH'.",
    );
    expect(await session.failure('SELECT 1 FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY')).toBe(
      "000002: Unsupported feature 'SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY'.",
    );
  });

  it('is refused to a role until it is granted one that may read it', async () => {
    const session = await openSession(engine);
    const read = `SELECT COUNT(*) > 0 FROM ${VIEW}`;
    await session.run('CREATE ROLE READER');
    await session.run('CREATE ROLE OTHER');
    await session.run('USE ROLE READER');
    const hidden =
      "002003: SQL compilation error:\nSchema 'SNOWFLAKE.ACCOUNT_USAGE' does not exist or not authorized.";
    expect(await session.failure(read)).toBe(hidden);
    await session.run('GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE READER');
    expect(await session.failure(read)).toBe(
      `002003: SQL compilation error:\nObject '${VIEW}' does not exist or not authorized.`,
    );
    await session.run('GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE OTHER');
    expect(await session.failure(read)).toContain('not authorized');
    await session.run('GRANT ROLE OTHER TO ROLE READER');
    expect(await session.run(read)).toEqual([['1']]);
    await session.run('REVOKE DATABASE ROLE SNOWFLAKE.USAGE_VIEWER FROM ROLE OTHER');
    await session.run('GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE READER');
    expect(await session.run(read)).toEqual([['1']]);
    await session.run('CREATE OR REPLACE ROLE READER');
    expect(await session.failure(read)).toBe(hidden);
  });
});
