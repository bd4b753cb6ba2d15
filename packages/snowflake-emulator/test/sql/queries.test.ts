import { describe, expect, it } from 'vitest';
import { sharedSession, type Rows } from './open-session.ts';

const session = sharedSession(async (made) => {
  await made.run('CREATE TABLE t (id INT, s VARCHAR, x NUMBER(10,2), v VARIANT)');
  await made.run(
    `INSERT INTO t SELECT column1, column2, column3, PARSE_JSON(column4)
     FROM VALUES (1, 'a', 1.25, '{"k":[1,2]}'), (2, 'b', 2.5, '[3]'), (3, NULL, NULL, NULL)`,
  );
});

const CASES: readonly (readonly [sql: string, expected: Rows])[] = [
  [
    'SELECT COUNT(*), COUNT(s), MIN(id), MAX(s), SUM(x), AVG(x) FROM t',
    [['3', '2', '1', 'b', '3.75', '1.87500000']],
  ],
  [
    'SELECT s, COUNT(*) FROM t GROUP BY ALL ORDER BY s',
    [
      ['a', '1'],
      ['b', '1'],
      [null, '1'],
    ],
  ],
  // NULLs are the highest values: https://docs.snowflake.com/en/sql-reference/constructs/order-by
  ['SELECT s FROM t ORDER BY s DESC', [[null], ['b'], ['a']]],
  ['SELECT s FROM t ORDER BY s NULLS FIRST LIMIT 1', [[null]]],
  ['SELECT TOP 2 id FROM t ORDER BY id DESC', [['3'], ['2']]],
  ['SELECT id FROM t ORDER BY id LIMIT 1 OFFSET 1', [['2']]],
  ['SELECT id + 1 AS n, n * 2 AS m FROM t WHERE n > 3', [['4', '8']]],
  ['SELECT s k, SUM(x) total FROM t GROUP BY k HAVING total > 2', [['b', '2.50']]],
  ['SELECT id FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY id DESC) = 1', [['3']]],
  [
    'SELECT id, NTILE(2) OVER (ORDER BY id) FROM t ORDER BY 1',
    [
      ['1', '1'],
      ['2', '1'],
      ['3', '2'],
    ],
  ],
  ['SELECT LAST_VALUE(id) OVER (ORDER BY id) FROM t LIMIT 1', [['3']]],
  [
    'SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.id - 2 ORDER BY 1',
    [
      ['1', '3'],
      ['2', null],
      ['3', null],
    ],
  ],
  ['SELECT id FROM t JOIN (SELECT 2 AS id) u USING (id)', [['2']]],
  ['SELECT id FROM t NATURAL JOIN (SELECT 3 AS id) u', [['3']]],
  [
    'SELECT f.index, f.value FROM t, LATERAL FLATTEN(INPUT => v:k) f ORDER BY 1',
    [
      ['0', '1'],
      ['1', '2'],
    ],
  ],
  ['SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 3)) ORDER BY 1', [['0'], ['1'], ['2']]],
  [
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r ORDER BY n',
    [['1'], ['2'], ['3']],
  ],
  ['SELECT 1 UNION SELECT 1 UNION ALL SELECT NULL ORDER BY 1', [['1'], [null]]],
  ['SELECT 1 EXCEPT SELECT 1', []],
  ['SELECT id FROM t WHERE id IN (SELECT id FROM t WHERE x > 2)', [['2']]],
  ["SELECT id FROM t WHERE (id, s) IN ((1, 'a'), (2, 'x'))", [['1']]],
  ['SELECT (SELECT COUNT(*) FROM t u WHERE u.id < t.id) FROM t ORDER BY 1', [['0'], ['1'], ['2']]],
  ['SELECT * EXCLUDE (v, x) RENAME (s AS z) FROM t WHERE id = 1', [['1', 'a']]],
  ["SELECT $2, $1 FROM VALUES (1, 'q')", [['q', '1']]],
  ["SELECT LISTAGG(s, '|') WITHIN GROUP (ORDER BY id DESC) FROM t", [['b|a']]],
  ['SELECT ARRAY_AGG(id) WITHIN GROUP (ORDER BY id) FROM t', [['[1,2,3]']]],
  [
    'SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY id), APPROX_PERCENTILE(id, 0.5), MEDIAN(id) FROM t',
    [['2.000', '2', '2.000']],
  ],
  [
    'SELECT COUNT(DISTINCT s), COUNT_IF(id > 1), BOOLAND_AGG(id > 0), APPROX_COUNT_DISTINCT(s) FROM t',
    [['2', '2', '1', '2']],
  ],
  ["SELECT s FROM t WHERE s LIKE ANY ('a%', 'q%')", [['a']]],
  ['VALUES (1), (2)', [['1'], ['2']]],
];

describe('queries', () => {
  it.each(CASES)('%s', async (sql, expected) => {
    expect(await session.run(sql)).toEqual(expected);
  });

  it('HASH_AGG does not depend on the order of rows, and depends on each value', async () => {
    const [[forwards]] = (await session.run(
      'SELECT HASH_AGG(*) FROM (SELECT * FROM t ORDER BY id)',
    )) as [[string]];
    const [[backwards]] = (await session.run(
      'SELECT HASH_AGG(*) FROM (SELECT * FROM t ORDER BY id DESC)',
    )) as [[string]];
    const [[other]] = (await session.run('SELECT HASH_AGG(id + 1, s, x, v) FROM t')) as [[string]];
    expect(forwards).toBe(backwards);
    expect(other).not.toBe(forwards);
  });

  it('RESULT_SCAN gives the last result again', async () => {
    await session.run('SELECT id, s, x FROM t ORDER BY id');
    const rows = await session.run(
      'SELECT id, x FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE s IS NOT NULL ORDER BY 1',
    );
    expect(rows).toEqual([
      ['1', '1.25'],
      ['2', '2.50'],
    ]);
  });

  it('columns carry names and types as rowtype has them', async () => {
    const columns = await session.columns(
      'SELECT id, \'abc\' AS "Mixed", x * 2, CURRENT_TIMESTAMP(3) FROM t',
    );
    expect(
      columns.map(({ name, type, precision, scale, length }) => [
        name,
        type,
        precision,
        scale,
        length,
      ]),
    ).toEqual([
      ['ID', 'fixed', 38, 0, undefined],
      ['Mixed', 'text', undefined, undefined, 3],
      ['X * 2', 'fixed', 11, 2, undefined],
      ['CURRENT_TIMESTAMP(3)', 'timestamp_ltz', 0, 3, undefined],
    ]);
  });

  it('bindings are typed, one by one and in bulk', async () => {
    const one = await session.run('SELECT ?, :2 + 1', {
      1: { type: 'TEXT', value: "o'x" },
      2: { type: 'FIXED', value: '41' },
    });
    expect(one).toEqual([["o'x", '42']]);
    await session.run('CREATE OR REPLACE TABLE bulk (a INT, b VARCHAR, c TIMESTAMP_NTZ)');
    await session.run('INSERT INTO bulk VALUES (?, ?, ?)', {
      1: { type: 'FIXED', value: ['1', '2'] },
      2: { type: 'TEXT', value: ['p', null] },
      3: { type: 'TIMESTAMP_NTZ', value: ['1700000000123456789', '-1'] },
    });
    expect(await session.run('SELECT * FROM bulk ORDER BY a')).toEqual([
      ['1', 'p', '1700000000.123456789'],
      ['2', null, '-0.000000001'],
    ]);
  });

  it('identifiers: unquoted ones fold, quoted ones never collide', async () => {
    await session.run(
      'CREATE OR REPLACE TABLE "q t" ("a" INT, A INT, "sp ace" INT, "q""u" INT, "日本" INT)',
    );
    await session.run('INSERT INTO "q t" VALUES (1, 2, 3, 4, 5)');
    expect(await session.run('SELECT "a", a, "sp ace", "q""u", "日本" FROM "q t"')).toEqual([
      ['1', '2', '3', '4', '5'],
    ]);
  });
});
