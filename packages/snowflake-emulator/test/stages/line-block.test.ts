import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';

import { lineBlock } from '../../src/stages/line-block.ts';

/** All blocks of a query of one VARCHAR column, as one text, and the records' ends. */
async function lines(sql: string, delimiter = '\n', nullText = ''): Promise<[string, number]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.stream(sql);
  let text = '';
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const block = lineBlock(chunk, Buffer.from(delimiter), Buffer.from(nullText));
    expect(block.ends.at(-1)).toBe(block.bytes.length);
    text += block.bytes.toString();
    rows += block.ends.length;
  }
  connection.closeSync();
  return [text, rows];
}

test('short strings, long ones, empty ones and NULL keep their order and their bytes', async () => {
  const values = ['a', 'twelve bytes', 'thirteen byte', '', 'é€😀 wide enough', 'x'.repeat(5000)];
  const list = values.map((value) => `('${value}')`).join(', ');
  const [text, rows] = await lines(`SELECT v FROM (VALUES ${list}, (NULL)) AS t(v)`, '\n', 'NUL');
  expect(text).toBe([...values, 'NUL', ''].join('\n'));
  expect(rows).toBe(values.length + 1);
});

test('many rows of every length agree with what DuckDB itself joins', async () => {
  const expression = `CASE WHEN i % 7 = 0 THEN NULL ELSE repeat(chr(97 + i % 26), i % 40) || i END`;
  const sql = `SELECT ${expression} AS v FROM (SELECT range::INT AS i FROM range(20000)) ORDER BY i`;
  const [text, rows] = await lines(sql, '\r\n', '\\N');
  const expected = Array.from({ length: 20_000 }, (_, i) =>
    i % 7 === 0 ? '\\N' : String.fromCharCode(97 + (i % 26)).repeat(i % 40) + String(i),
  );
  expect(rows).toBe(20_000);
  expect(text).toBe(`${expected.join('\r\n')}\r\n`);
});

test('strings of a stored table, a dictionary and a constant are read as well', async () => {
  const [text] = await lines(
    `SELECT CASE WHEN range % 2 = 0 THEN 'a constant text' ELSE 'another constant' END FROM range(5000)`,
  );
  expect(text).toBe('a constant text\nanother constant\n'.repeat(2500));
  const [constant] = await lines(`SELECT 'the same long line' FROM range(3000)`);
  expect(constant).toBe('the same long line\n'.repeat(3000));
});
