import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/index.ts';
import { connect } from './driver.ts';
import { startTestEmulator } from './test-emulator.ts';
import { logInForToken, sendQuery } from './wire.ts';

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  emulator = await startTestEmulator();
  token = await logInForToken(emulator);
});
afterAll(() => emulator.close());

const dataOf = async (sqlText: string, more: Record<string, unknown> = {}) => {
  const { data } = await sendQuery(emulator, token, { sqlText, ...more });
  return data;
};

/** What the Go, Rust and C drivers take for the rows affected (libsnowflakeclient, `stats`). */
describe('the stats of a reply', () => {
  const none = { numRowsInserted: 0, numRowsUpdated: 0, numRowsDeleted: 0, numDmlDuplicates: 0 };
  const source = '(SELECT 1 AS i UNION ALL SELECT 1 UNION ALL SELECT 9) s';

  it.each([
    ['INSERT INTO st VALUES (1), (2), (3)', { numRowsInserted: 3 }],
    [
      `UPDATE st SET id = id FROM ${source} WHERE id = s.i`,
      { numRowsUpdated: 1, numDmlDuplicates: 1 },
    ],
    ['DELETE FROM st WHERE id = 3', { numRowsDeleted: 1 }],
    [
      `MERGE INTO st USING (SELECT 1 AS i UNION ALL SELECT 5) s ON id = s.i WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (i)`,
      { numRowsInserted: 1, numRowsDeleted: 1 },
    ],
    ['TRUNCATE TABLE st', { numRowsDeleted: 2 }],
  ])('%s', async (sql, stats) => {
    await dataOf('CREATE TABLE IF NOT EXISTS st (id INT)');
    expect((await dataOf(sql)).stats).toEqual({ ...none, ...stats });
  });

  it('are not there for a query', async () => {
    expect(await dataOf('SELECT 1')).not.toHaveProperty('stats');
  });

  it('describing a statement changes nothing', async () => {
    await dataOf('CREATE OR REPLACE TABLE st (id INT)');
    await dataOf('INSERT INTO st VALUES (1)');
    for (const sqlText of ['UPDATE st SET id = 2', 'DELETE FROM st', 'INSERT INTO st VALUES (2)']) {
      await dataOf(sqlText, { describeOnly: true });
    }
    expect((await dataOf('SELECT id FROM st')).rowset).toEqual([['1']]);
  });
});

describe('structured types', () => {
  it('come with their fields, which the driver converts by', async () => {
    await using session = await connect(emulator);
    const sql = `SELECT {'a': '7', 'l': ['1', '2']}::OBJECT(a INTEGER, l ARRAY(INTEGER)) AS o, {'1': 'x'}::MAP(INTEGER, VARCHAR) AS m`;
    const { rows } = await session.query(sql);
    expect(rows).toEqual([{ O: { a: 7, l: [1, 2] }, M: new Map([[1, 'x']]) }]);
    const { rowtype } = await dataOf(sql);
    expect(rowtype[0]).toMatchObject({
      type: 'object',
      fields: [
        { name: 'a', type: 'fixed', scale: 0, nullable: true },
        { name: 'l', type: 'array', fields: [{ type: 'fixed' }] },
      ],
    });
  });

  it('are not said of others', async () => {
    expect((await dataOf('SELECT [1]')).rowtype[0]).toMatchObject({ type: 'array', fields: null });
  });
});
