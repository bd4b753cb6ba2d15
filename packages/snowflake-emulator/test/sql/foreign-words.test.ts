import { expect, it } from 'vitest';
import { sharedSession } from './open-session.ts';

const session = sharedSession(async (made) => {
  await made.run('CREATE TABLE t (a INT, b INT, s VARCHAR)');
  await made.run("INSERT INTO t VALUES (1, 2, 'x'), (3, 2, 'y')");
});

const DUCKDB = /DuckDB|Error:|Candidate|LINE \d|INT(?:32|64|128)|BIGINT|sf_|c1"/;

/** Each of these reaches DuckDB, which refuses it in its own words. */
const statements: readonly (readonly [sql: string, code: string])[] = [
  ['SELECT a FROM t ORDER BY 5', '001003'],
  ["SELECT LISTAGG(DISTINCT a, ',') WITHIN GROUP (ORDER BY b) FROM t", '002106'],
  ['SELECT ACOS(2)', '000002'],
  ['SELECT CHR(1114112)', '000002'],
  ["SELECT DATEADD(day, 99999999999, '2020-01-01'::DATE)", '000002'],
  ["SELECT CONVERT_TIMEZONE('Nowhere/City', '2020-01-01'::TIMESTAMP_NTZ)", '001008'],
  ["SELECT HEX_DECODE_STRING('ff')", '000002'],
  ['SELECT NTILE(0) OVER (ORDER BY a) FROM t', '000002'],
  ['SELECT SUM(a) OVER (ORDER BY s ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM t', '000002'],
  ['SELECT COUNT(*) FROM t GROUP BY 1', '002001'],
  ['SELECT 99999999999999999999999999999999999999 * 10', '100039'],
];

it.each(statements)('%s: no word of DuckDB reaches a client', async (sql, code) => {
  const said = await session.failure(sql);
  expect(said).toMatch(new RegExp(`^${code}: `));
  expect(said).not.toMatch(DUCKDB);
});
