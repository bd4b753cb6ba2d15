import { isSnowmeltError, type WholeSource, type TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSnowflake, type TestSnowflake } from './fixtures/snowflake.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const context = testContext();

describe('fixes: what Snowflake refuses is taken once the fix is followed', () => {
  let snowflake: TestSnowflake;
  let database: string;
  let source: WholeSource;
  beforeAll(async () => {
    snowflake = await startSnowflake();
    database = await snowflake.createDatabase();
    await snowflake.run(
      `CREATE TABLE ${database}.SALES.ORDERS AS SELECT SEQ8() AS ID FROM TABLE(GENERATOR(ROWCOUNT => 10))`,
    );
    source = snowflake.source();
  });
  afterAll(async () => {
    await source[Symbol.asyncDispose]();
    await snowflake[Symbol.asyncDispose]();
  });

  async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
    try {
      await work;
      return undefined;
    } catch (error) {
      if (isSnowmeltError(error)) return error.code;
      throw error;
    }
  }

  function plan(parts: Partial<TablePlan> = {}): TablePlan {
    return tablePlan({
      source: { database, schema: 'SALES', name: 'ORDERS' },
      columns: [pair('ID', { kind: 'decimal', precision: 38, scale: 0 })],
      snapshot: { pinned: false, reason: 'test' },
      ...parts,
    });
  }

  it('SOURCE.AUTH_FAILED and SOURCE.UNREACHABLE: the login and the address are corrected', async () => {
    await using stranger = snowflake.source({ user: 'NOBODY_KNOWS' });
    expect(await codeOf(stranger.ping(context))).toBe('SOURCE.AUTH_FAILED');
    await using away = snowflake.source({ accessUrl: 'http://127.0.0.1:9' });
    expect(await codeOf(away.ping(context))).toBe('SOURCE.UNREACHABLE');
    await using right = snowflake.source();
    expect(await codeOf(right.ping(context))).toBeUndefined();
  });

  it('SOURCE.TABLE_NOT_FOUND: its name as Snowflake stores it', async () => {
    const named = (name: string) => ({ database, schema: 'SALES', name });
    expect(await codeOf(source.describe(named('orders'), context))).toBe('SOURCE.TABLE_NOT_FOUND');
    expect(await codeOf(source.describe(named('ORDERS'), context))).toBeUndefined();
  });

  it.each([
    ['SOURCE.PRIVILEGE', '003001', '42501', 'SQL access control error: Insufficient privileges'],
    ['SOURCE.NO_WAREHOUSE', '000606', '57P03', 'No active warehouse selected'],
    ['SOURCE.STATEMENT_TIMEOUT', '000630', '57014', 'Statement reached its statement timeout'],
    ['SOURCE.STATEMENT_FAILED', '001003', '42000', 'SQL compilation error'],
  ])('%s: once it is mended, the same statement goes', async (code, number, sqlState, message) => {
    const fault = snowflake.emulator.faults.add({
      kind: 'fail-statement',
      code: number,
      sqlState,
      message,
      match: { sqlIncludes: 'COUNT(' },
    });
    expect(await codeOf(source.count(plan(), context))).toBe(code);
    snowflake.emulator.faults.remove(fault.id);
    expect(await source.count(plan(), context)).toBe(10);
  });

  it('SOURCE.TYPE_UNSUPPORTED: the column is left out, or a view casts it', async () => {
    const read = async (columns: TablePlan['columns']) => {
      const asked = plan({ columns });
      for await (const chunk of source.plan(asked, context)) {
        if (chunk.kind === 'extract')
          await Array.fromAsync(source.extracts.extract(asked, chunk, context));
      }
    };
    const strange = pair('ID', { kind: 'unknown' });
    expect(await codeOf(read([...plan().columns, strange]))).toBe('SOURCE.TYPE_UNSUPPORTED');
    expect(await codeOf(read(plan().columns))).toBeUndefined();
  });
});
