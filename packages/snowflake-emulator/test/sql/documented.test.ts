import { describe, expect, it } from 'vitest';
import { sharedSession, type Rows } from './open-session.ts';

const session = sharedSession();

/** A page of docs.snowflake.com/en, what is run, and the answer of the last statement as the wire has it. */
type Case = readonly [page: string, sql: string | readonly string[], rows: Rows];

async function answer(sql: Case[1]): Promise<Rows> {
  const [last = '', ...before] = (typeof sql === 'string' ? [sql] : sql).toReversed();
  for (const statement of before.toReversed()) await session.run(statement);
  return session.run(last);
}

const one = (...values: (string | null)[]): Rows => [values];
const column = (...values: string[]): Rows => values.map((value) => [value]);

describe('a query is answered as its page says', () => {
  it.each<Case>([
    [
      'user-guide/queries-cte',
      `WITH a (x) AS (SELECT 1 UNION ALL SELECT 2), b AS (SELECT x * 10 AS y FROM a)
       SELECT y FROM b ORDER BY y`,
      column('10', '20'),
    ],
    [
      'sql-reference/operators-query',
      'SELECT 2 AS n UNION SELECT 1 UNION SELECT 3 ORDER BY n DESC',
      column('3', '2', '1'),
    ],
    [
      'sql-reference/functions/in',
      'SELECT (1, 2) IN (SELECT 1, 2), (1, 3) IN (SELECT 1, 2), (1, 3) NOT IN (SELECT 1, 2)',
      one('1', '0', '1'),
    ],
    [
      'sql-reference/sql/select',
      "SELECT * ILIKE '%id%' FROM (SELECT 1 AS employee_id, 'x' AS last_name, 3 AS department_id)",
      one('1', '3'),
    ],
    [
      'sql-reference/functions-window-syntax',
      `SELECT a, SUM(b) OVER (PARTITION BY a ORDER BY b), RANK() OVER (PARTITION BY a ORDER BY b)
       FROM VALUES (1, 2), (1, 3), (2, 5) AS t (a, b) ORDER BY 1, 2`,
      [
        ['1', '2', '1'],
        ['1', '5', '2'],
        ['2', '5', '1'],
      ],
    ],
    [
      'sql-reference/sql/create-view',
      [
        'CREATE VIEW inner_view AS SELECT 1 AS a',
        'CREATE VIEW outer_view AS SELECT a + 1 AS b FROM inner_view',
        'SELECT b FROM outer_view',
      ],
      one('2'),
    ],
    [
      'sql-reference/functions/last_query_id',
      [
        'CREATE TABLE asked (a INT)',
        'INSERT INTO asked VALUES (1)',
        'DELETE FROM asked',
        'SELECT COUNT(*) FROM asked BEFORE(STATEMENT => LAST_QUERY_ID())',
      ],
      one('1'),
    ],
    [
      'sql-reference/functions/last_query_id',
      ['SELECT 1', 'SELECT COUNT(*) FROM asked AT(STATEMENT => LAST_QUERY_ID(-3))'],
      one('0'),
    ],
    [
      'sql-reference/sql/insert-multi-table',
      [
        'CREATE TABLE twice (a INT, b INT)',
        'INSERT ALL INTO twice (a) INTO twice (b) VALUES (x + 1) SELECT 1 AS x',
        'SELECT a, b FROM twice ORDER BY a NULLS LAST',
      ],
      [
        ['1', null],
        [null, '2'],
      ],
    ],
    [
      'sql-reference/sql/merge',
      [
        'CREATE TABLE merged (a INT)',
        `MERGE INTO merged USING (SELECT 50 AS i, 'q' AS k UNION ALL SELECT 60, 'r') s ON merged.a = s.i
         WHEN NOT MATCHED AND s.k = 'q' THEN INSERT (a) VALUES (s.i)
         WHEN NOT MATCHED THEN INSERT (a) VALUES (s.i + 1000)`,
        'SELECT a FROM merged ORDER BY a',
      ],
      column('50', '1060'),
    ],
    [
      'sql-reference/sql/alter-table',
      [
        'CREATE TABLE keyed (a INT, b INT PRIMARY KEY)',
        'ALTER TABLE keyed DROP COLUMN b',
        'SHOW PRIMARY KEYS IN TABLE keyed',
      ],
      [],
    ],
  ])('%s', async (_, sql, rows) => {
    expect(await answer(sql)).toEqual(rows);
  });
});

describe('an expression has the value that its page says', () => {
  it.each<readonly [page: string, expression: string, value: string | null]>([
    // In the order of the page's example: TRUE where exactly one is not zero.
    ['functions/boolxor', 'BOOLXOR(2, 0)', '1'],
    ['functions/boolxor', 'BOOLXOR(1, -1)', '0'],
    ['functions/boolxor', 'BOOLXOR(0, 0)', '0'],
    ['functions/boolxor', 'BOOLXOR(NULL, 3)', null],
    ['functions/boolxor', 'BOOLXOR(NULL, 0)', null],
    ['functions/stddev', 'ROUND(STDDEV(a), 4) FROM VALUES (1), (2), (4) AS t (a)', '1.5275'],
    [
      'functions/stddev_pop',
      'ROUND(STDDEV_POP(a), 4) FROM VALUES (1), (2), (4) AS t (a)',
      '1.2472',
    ],
    ['functions/variance', 'ROUND(VARIANCE(a), 4) FROM VALUES (1), (2), (4) AS t (a)', '2.3333'],
    ['functions/st_makepoint', 'ST_ASWKT(ST_MAKEPOINT(37.5, 45.5))', 'POINT(37.5 45.5)'],
    [
      'functions/st_aswkb',
      "HEX_ENCODE(ST_ASWKB(TO_GEOGRAPHY('MULTIPOINT(1 2, 3 4)')))",
      '0104000000020000000101000000000000000000F03F0000000000000040010100000000000000000008400000000000001040',
    ],
    ['functions/to_array', 'TO_ARRAY(1)', '[1]'],
    ['functions/to_array', "TO_ARRAY(PARSE_JSON('[1, 2]'))", '[1,2]'],
    ['functions/to_array', "TO_ARRAY(PARSE_JSON('null'))", null],
    ['functions/to_object', `TO_OBJECT(PARSE_JSON('{"a":1}'))`, '{"a":1}'],
    ['functions/to_object', "TO_OBJECT(PARSE_JSON('null'))", null],
    [
      'functions/regexp_replace',
      "REGEXP_REPLACE('firstname middlename lastname', '(.*) (.*) (.*)', '\\\\3, \\\\1 \\\\2')",
      'lastname, firstname middlename',
    ],
    ['operators-arithmetic', '1::FLOAT / 4', '0.25'],
    ['operators-arithmetic', '5 - 1::FLOAT', '4'],
    ['operators-arithmetic', '5.5::FLOAT % 2', '1.5'],
    ['functions/concat', "TO_BINARY('AB') || TO_BINARY('CD')", 'ABCD'],
    ['data-types-datetime', "TIME '12:34:56'", '45296.000000000'],
    ['data-types-datetime', "DATE '1970-01-11'", '10'],
    ['data-types-datetime', "'1970-01-01 00:00:01.6789'::DATETIME(3)", '1.678'],
    ['data-types-datetime', "'00:00:01.789'::TIME(9)::TIME(0)", '1'],
    [
      'functions/date_trunc',
      "DATE_TRUNC('month', '1970-02-20 12:34:56.789'::TIMESTAMP_NTZ)",
      '2678400.000000000',
    ],
    [
      'functions/date_trunc',
      "DATE_TRUNC(MILLISECOND, '1970-01-01 00:00:01.789123'::TIMESTAMP_NTZ)",
      '1.789000000',
    ],
    [
      'functions/date_trunc',
      "DATE_TRUNC(HOUR, '1970-01-01 02:30:00 +02:00'::TIMESTAMP_TZ)",
      '0.000000000 1560',
    ],
    ['collation', "'X1' COLLATE 'lower' LIKE 'x%'", '1'],
    ['collation', "'  x' COLLATE 'ltrim' LIKE 'x'", '1'],
    ['data-types-semistructured', "PARSE_JSON('[1.0]') = PARSE_JSON('[1]')", '1'],
    ['data-types-semistructured', `PARSE_JSON('{"a":1.0}') = PARSE_JSON('{"a":1e0}')`, '1'],
    ['data-types-semistructured', "PARSE_JSON('[1.0]') = PARSE_JSON('[2.0]')", '0'],
    ['data-types-semistructured', "PARSE_JSON('[1e0]') = PARSE_JSON('[1]')", '1'],
    ['functions/try_cast', "TRY_CAST('abc' AS TIME)", null],
    ['functions/to_binary', "TRY_TO_BINARY('###', 'BASE64')", null],
  ])('%s: %s', async (_, expression, value) => {
    expect(await session.run(`SELECT ${expression}`)).toEqual(one(value));
  });
});

describe('what the page of a function or a type does not allow is refused', () => {
  it.each<readonly [page: string, sql: string, failure: RegExp]>([
    ['data-types-vector', "SELECT '[1,2]'::VECTOR(INT, 2)", /^001007: /],
    ['data-types-vector', "SELECT PARSE_JSON('[1,2]')::VECTOR(INT, 2)", /^001007: /],
    ['data-type-conversion', 'SELECT TRUE::DATE', /^001007: .*TO_DATE/s],
    ['data-type-conversion', 'SELECT 1::TIME', /^001007: .*TO_TIME/s],
    ['data-types-numeric', 'SELECT 1::NUMBER(39)', /^002011: .*'39', must be between 1 and 38/s],
    ['data-types-numeric', 'SELECT 1::NUMBER(5, 6)', /^002011: .*'6', must be between 0 and 5/s],
    ['data-types-datetime', "SELECT '1'::TIMESTAMP_NTZ(10)", /^002011: .*between 0 and 9/s],
    ['functions/to_time', "SELECT 'abc'::TIME", /^100108: Time 'abc' is not recognized/],
    ['functions/to_binary', "SELECT TO_BINARY('abc', 'BASE64')", /^100116: .*'abc'/],
    ['functions/to_object', "SELECT TO_OBJECT(PARSE_JSON('[1]'))", /^100071: .*OBJECT/],
    ['operators-arithmetic', 'SELECT 1::FLOAT / 0', /^100051: Division by zero/],
    ['data-types-numeric', 'SELECT 99::NUMBER(38,0)::NUMBER(1,0)', /^100039: .*out of range/],
    [
      'constructs/group-by',
      'SELECT a, COUNT(*) FROM VALUES (1) AS t (a)',
      /^000979: .*is not a valid group by expression$/s,
    ],
    ['sql/select', 'SELECT (1, 2)', /^000002: .*'tuple in this place'/],
    ['sql/drop-warehouse', 'DROP WAREHOUSE nope', /^002003: .*Warehouse 'NOPE' does not exist/s],
    ['sql/desc-warehouse', 'DESC WAREHOUSE nope', /^002003: .*Warehouse 'NOPE' does not exist/s],
    ['sql/drop-schema', 'DROP SCHEMA nope', /^002003: .*Schema 'NOPE' does not exist/s],
    [
      'sql/alter-dynamic-table',
      'ALTER DYNAMIC TABLE nope REFRESH',
      /^002003: .*Dynamic table 'D.PUBLIC.NOPE' does not exist/s,
    ],
  ])('sql-reference/%s: %s', async (_, sql, failure) => {
    expect(await session.failure(sql)).toMatch(failure);
  });
});

it('a session tells who and where it is, as sql-reference/functions-context lists it', async () => {
  const [names] = await session.run(
    `SELECT CURRENT_USER(), CURRENT_SCHEMA(), CURRENT_ACCOUNT(), CURRENT_ACCOUNT_NAME(),
       CURRENT_ORGANIZATION_NAME(), CURRENT_REGION(), LAST_TRANSACTION()`,
  );
  expect(names).toEqual(['TESTER', 'PUBLIC', 'EMULATOR', 'EMULATOR', 'EMULATOR', 'LOCAL', null]);
  const [[version, id] = []] = await session.run('SELECT CURRENT_VERSION(), CURRENT_SESSION()');
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const other = await session.another();
  expect((await other.run('SELECT CURRENT_SESSION()'))[0]?.[0]).not.toBe(id);
  await other.close();
});

it('a statement that is interrupted while it writes leaves nothing, and the session goes on', async () => {
  await session.run('CREATE TABLE written (n INT)');
  const insert = 'INSERT INTO written SELECT SEQ8() FROM TABLE(GENERATOR(ROWCOUNT => 400000000))';
  expect(await session.interrupted(insert, 100)).toMatch(/^000604: /);
  expect(await session.run('SELECT COUNT(*) FROM written')).toEqual(one('0'));
});
