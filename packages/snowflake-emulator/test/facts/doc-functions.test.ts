import { createHash } from 'node:crypto';
import { testFacts, valuesOf } from './facts.ts';

const page = (name: string): string =>
  `https://docs.snowflake.com/en/sql-reference/functions/${name}`;
const digest = (algorithm: string): string =>
  createHash(algorithm).update('Snowflake').digest('hex');
const wholeTime = ["ALTER SESSION SET TIME_OUTPUT_FORMAT = 'HH24:MI:SS.FF9'"];
const times = 'It was the best of times, it was the worst of times';

testFacts('numbers, as the pages of their functions have them', [
  ...valuesOf(page('abs'), [
    ['ABS(-4.5)', '4.5'],
    ['ABS(NULL)', null],
  ]),
  ...valuesOf(page('sign'), [
    ['SIGN(5)', '1'],
    ['SIGN(-1.35e-10)', '-1'],
  ]),
  ...valuesOf(page('square'), [
    ['SQUARE(-2)', '4'],
    ['SQUARE(3.15)', '9.9225'],
  ]),
  ...valuesOf(page('mod'), [
    ['MOD(3, 2)', '1'],
    ['MOD(4.5, 1.2)', '0.9'],
  ]),
  ...valuesOf(page('zeroifnull'), [['ZEROIFNULL(NULL)', '0']]),
  ...valuesOf(page('nullifzero'), [['NULLIFZERO(0)', null]]),
  ...valuesOf(page('bitand'), [['BITAND(3, 2)', '2']]),
  ...valuesOf(page('bitor'), [['BITOR(1, 2)', '3']]),
  ...valuesOf(page('round'), [
    ['ROUND(135.135, -2)', '100'],
    ['ROUND(-975.975, -1)', '-980'],
    ['ROUND(-975.975, -2)', '-1000'],
    ['ROUND(2.5::FLOAT)', '3'],
  ]),
  ...valuesOf(page('trunc'), [
    ['TRUNC(-975.975, -1)', '-970'],
    ['TRUNC(135.135, -2)', '100'],
  ]),
  ...valuesOf(page('uniform'), [['UNIFORM(1, 10, RANDOM()) BETWEEN 1 AND 10', 'TRUE']]),
  ...valuesOf(page('randstr'), [['LENGTH(RANDSTR(5, RANDOM()))', '5']]),
]);

testFacts('texts, as the pages of their functions have them', [
  ...valuesOf(page('position'), [
    ["POSITION('an', 'banana', 1)", '2'],
    ["POSITION('an', 'banana', 3)", '4'],
  ]),
  ...valuesOf(page('repeat'), [["REPEAT('xy', 5)", 'xyxyxyxyxy']]),
  ...valuesOf(page('concat_ws'), [["CONCAT_WS(',', 'one', 'two', 'three')", 'one,two,three']]),
  ...valuesOf(page('translate'), [["TRANSLATE('peña', 'ñ', 'n')", 'pena']]),
  ...valuesOf(page('space'), [["'|' || SPACE(3) || '|'", '|   |']]),
  ...valuesOf(page('chr'), [['CHR(83)', 'S']]),
  ...valuesOf(page('split'), [["TO_JSON(SPLIT('127.0.0.1', '.'))", '["127","0","0","1"]']]),
  ...valuesOf(page('insert'), [
    ["INSERT('abc', 1, 2, 'Z')", 'Zc'],
    ["INSERT('abcdef', 3, 2, 'zzz')", 'abzzzef'],
    ["INSERT('abc', 4, 0, 'Z')", 'abcZ'],
  ]),
  ...valuesOf(page('regexp_count'), [[`REGEXP_COUNT('${times}', '\\\\bwas\\\\b', 1)`, '2']]),
  ...valuesOf(page('regexp_substr'), [
    [`REGEXP_SUBSTR('${times}', 'the\\\\W+\\\\w+')`, 'the best'],
    [`REGEXP_SUBSTR('${times}', 'the\\\\W+\\\\w+', 1, 2)`, 'the worst'],
    [`REGEXP_SUBSTR('${times}', 'the\\\\W+(\\\\w+)', 1, 1, 'e', 1)`, 'best'],
  ]),
  ...valuesOf(page('sha1'), [["SHA1('Snowflake')", digest('sha1')]]),
  ...valuesOf(page('sha2'), [
    ["SHA2('Snowflake')", digest('sha256')],
    ["SHA2('Snowflake', 224)", digest('sha224')],
    ["SHA2('Snowflake', 512)", digest('sha512')],
  ]),
  ...valuesOf(page('sha2_binary'), [
    ["HEX_ENCODE(SHA1_BINARY('Snowflake'))", digest('sha1').toUpperCase()],
  ]),
  ...valuesOf(page('hash'), [["HASH('a', 1) = HASH('a', 1)", 'TRUE']]),
]);

testFacts('moments, as the pages of their functions have them', [
  ...valuesOf(page('date_from_parts'), [
    ['DATE_FROM_PARTS(1977, 8, 7)', '1977-08-07'],
    ['DATE_FROM_PARTS(2004, 0, 1)', '2003-12-01'],
    ['DATE_FROM_PARTS(2004, 2, -1)', '2004-01-30'],
    ['DATE_FROM_PARTS(2010, 1, 100)', '2010-04-10'],
  ]),
  ...valuesOf(
    page('time_from_parts'),
    [['TIME_FROM_PARTS(12, 34, 56, 987654321)', '12:34:56.987654321']],
    wholeTime,
  ),
  ...valuesOf(page('timestamp_from_parts'), [
    [
      "TO_CHAR(TIMESTAMP_NTZ_FROM_PARTS(2013, 4, 5, 12, 0, 0, 987654321), 'YYYY-MM-DD HH24:MI:SS.FF9')",
      '2013-04-05 12:00:00.987654321',
    ],
  ]),
  ...valuesOf(page('add_months'), [["ADD_MONTHS('2016-02-29'::DATE, 1)", '2016-03-31']]),
  ...valuesOf(page('date_part'), [
    ["DATE_PART(TIMEZONE_HOUR, '2024-04-08 23:39:20.123 -07:00'::TIMESTAMP_TZ)", '-7'],
    ["DATE_PART(TIMEZONE_MINUTE, '2024-04-08 23:39:20.123 +05:30'::TIMESTAMP_TZ)", '30'],
    ["DATE_PART(NANOSECOND, '10:20:30.123456789'::TIME)", '123456789'],
  ]),
  ...valuesOf(page('datediff'), [["DATEDIFF(MINUTE, '10:59:59'::TIME, '11:00:00'::TIME)", '1']]),
  ...valuesOf(page('date_trunc'), [["DATE_TRUNC(HOUR, '10:20:30'::TIME)", '10:00:00']]),
  ...valuesOf(page('dateadd'), [["DATEADD(HOUR, 2, '10:00:00'::TIME)", '12:00:00']]),
  ...valuesOf(page('current_date'), [['CURRENT_DATE() = CURRENT_TIMESTAMP()::DATE', 'TRUE']]),
  ...valuesOf(page('current_time'), [['CURRENT_TIME() IS NULL', 'FALSE']]),
  ...valuesOf(page('sysdate'), [
    [
      "ABS(DATEDIFF(SECOND, SYSDATE(), CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ)) < 5",
      'TRUE',
    ],
  ]),
  ...valuesOf('https://docs.snowflake.com/en/sql-reference/data-types-datetime', [
    ["TO_DATE('2018-04-15') + INTERVAL '1 year'", '2019-04-15'],
    ["TO_DATE('2019-02-28') + INTERVAL '1 day, 1 year'", '2020-03-01'],
    ["TO_DATE('2019-02-28') + INTERVAL '1 year, 1 day'", '2020-02-29'],
  ]),
]);

testFacts('conditions and semi-structured values, as the pages of their functions have them', [
  ...valuesOf(page('equal_null'), [['EQUAL_NULL(NULL, NULL)', 'TRUE']]),
  ...valuesOf(page('booland'), [
    ['BOOLAND(1, -2)', 'TRUE'],
    ['BOOLAND(0, NULL)', 'FALSE'],
    ['BOOLAND(NULL, 3)', null],
  ]),
  ...valuesOf(page('boolor'), [
    ['BOOLOR(-1.35, 0)', 'TRUE'],
    ['BOOLOR(3, NULL)', 'TRUE'],
    ['BOOLOR(0, NULL)', null],
  ]),
  ...valuesOf(page('get'), [['GET(ARRAY_CONSTRUCT(10, 20), 1)::VARCHAR', '20']]),
  ...valuesOf(page('is_array'), [['IS_ARRAY(TO_VARIANT(ARRAY_CONSTRUCT(1)))', 'TRUE']]),
  ...valuesOf(page('as_integer'), [
    ['AS_INTEGER(TO_VARIANT(5))', '5'],
    ["AS_INTEGER(TO_VARIANT('5'))", null],
  ]),
  ...valuesOf(page('st_asewkb'), [
    [
      "HEX_ENCODE(ST_ASEWKB(TO_GEOGRAPHY('POINT(-122.35 37.55)')))",
      '0101000020E61000006666666666965EC06666666666C64240',
    ],
  ]),
  {
    name: 'OBJECT_CONSTRUCT(*) has the columns by name',
    sql: "SELECT TO_JSON(OBJECT_CONSTRUCT(*)) FROM VALUES (1, 'x'), (2, 'y')",
    expect: { rows: [['{"COLUMN1":1,"COLUMN2":"x"}'], ['{"COLUMN1":2,"COLUMN2":"y"}']] },
    source: page('object_construct'),
  },
]);

testFacts('aggregates, windows and table functions, as their pages have them', [
  {
    name: 'MAX_BY and MIN_BY give the one of the row where the other is largest or smallest',
    sql: "SELECT MAX_BY(a, b) || MIN_BY(a, b) FROM VALUES ('x', 1), ('y', 3), ('z', 2) AS t (a, b)",
    expect: { value: 'yx' },
    source: page('max_by'),
  },
  {
    name: 'MODE is the value that is there most often',
    sql: 'SELECT MODE(a) FROM VALUES (1), (2), (2) AS t (a)',
    expect: { value: '2' },
    source: page('mode'),
  },
  {
    name: 'COUNT(DISTINCT a, b) leaves out rows with a NULL',
    sql: 'SELECT COUNT(DISTINCT a, b) FROM VALUES (1, 1), (1, 1), (1, 2), (1, NULL) AS t (a, b)',
    expect: { value: '2' },
    source: page('count'),
  },
  {
    name: 'RATIO_TO_REPORT divides numbers as numbers',
    sql: `SELECT a, 100 * RATIO_TO_REPORT(a) OVER ()
      FROM VALUES (300.00::NUMBER(11, 2)), (250), (450), (NULL) AS t (a) ORDER BY a`,
    expect: {
      rows: [
        ['250.00', '25.00000000'],
        ['300.00', '30.00000000'],
        ['450.00', '45.00000000'],
        [null, null],
      ],
      ordered: true,
    },
    source: page('ratio_to_report'),
  },
  {
    name: 'RATIO_TO_REPORT of what adds up to 0 is NULL',
    sql: 'SELECT RATIO_TO_REPORT(a) OVER () FROM VALUES (1), (-1) AS t (a)',
    expect: { rows: [[null], [null]] },
    source: page('ratio_to_report'),
  },
  {
    name: 'SPLIT_TO_TABLE has a row for each part',
    sql: "SELECT value FROM TABLE(SPLIT_TO_TABLE('a.b', '.')) ORDER BY value",
    expect: { rows: [['a'], ['b']], ordered: true },
    source: page('split_to_table'),
  },
  ...[
    ['RECURSIVE ', 'says so'],
    ['', 'names itself without the word'],
  ].map(([word, name]) => ({
    name: `an expression that ${name} is recursive`,
    sql: `WITH ${word}current_f (current_val, previous_val) AS (
        SELECT 0, 1
        UNION ALL
        SELECT current_val + previous_val, current_val FROM current_f
          WHERE current_val + previous_val < 30)
      SELECT current_val FROM current_f ORDER BY current_val`,
    expect: {
      rows: ['0', '1', '1', '2', '3', '5', '8', '13', '21'].map((value) => [value]),
      ordered: true,
    },
    source: 'https://docs.snowflake.com/en/user-guide/queries-cte',
  })),
]);
