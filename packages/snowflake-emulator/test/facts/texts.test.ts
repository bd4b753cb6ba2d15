import { testFacts, valuesOf } from './facts.ts';

const functions = (heading: string): string => `mlorek/frostlake: docs/functions.md, "${heading}"`;
const operators = 'mlorek/frostlake: docs/operators.md';
const driver = 'snowflakedb/snowflake-connector-nodejs: test/integration/testDataType.js';

testFacts('texts', [
  ...valuesOf(functions('String'), [
    ["LENGTH('🌨a')", '2'],
    ["LEFT('🌨ab', 1)", '🌨'],
    ["RIGHT('melt', 2)", 'lt'],
    ["SUBSTR('🌨ab', 2)", 'ab'],
    ["LPAD('🌨', 3, '.')", '..🌨'],
    ["CHARINDEX('a', '🌨a')", '2'],
    ["ASCII('é')", '195'],
    ["LEFT('melt', -1)", ''],
    ["CONCAT_WS('-', 'a', NULL)", null],
    ["'m_' LIKE 'm\\\\_'", 'FALSE'],
    ["'m' || NULL", null],
  ]),
  ...valuesOf(operators, [
    ['TRUE::VARCHAR', 'true'],
    ["'yes'::BOOLEAN::VARCHAR", 'true'],
    ['IFF(NULL, 1, 2)', '2'],
    ['COALESCE(NULL, FALSE)::VARCHAR', 'false'],
    ['NULL IS NOT DISTINCT FROM NULL', 'TRUE'],
    ['2 = 2.00', 'TRUE'],
    ['EQUAL_NULL(NULL, NULL)', 'TRUE'],
  ]),
  ...valuesOf('snowflakedb/snowflake-connector-python: test_boolean', [
    ['(1::BOOLEAN)::VARCHAR', 'true'],
  ]),
  {
    name: 'texts order by their bytes, NULL last',
    setup: [
      'CREATE TABLE words (w VARCHAR)',
      "INSERT INTO words VALUES ('n'), ('M'), (NULL), ('m'), ('N')",
    ],
    sql: 'SELECT w FROM words ORDER BY w',
    expect: { rows: [['M'], ['N'], ['m'], ['n'], [null]], ordered: true },
    source: 'docs.snowflake.com/en/sql-reference/constructs/order-by',
  },
  ...valuesOf(functions('TO_UUID'), [
    [
      "TO_VARCHAR(TO_UUID('A4C6E8F0-1B3D-4F5A-8C7E-9D0B2A4C6E8F'))",
      'a4c6e8f0-1b3d-4f5a-8c7e-9d0b2a4c6e8f',
    ],
    ["TRY_TO_UUID('a4c6e8f01b3d4f5a8c7e9d0b2a4c6e8f')", null],
    [
      "UUID_STRING('fe971b24-9572-4005-b22f-351e9c09274d', 'foo')",
      'dc0b6f65-fca6-5b4b-9d37-ccc3fde1f3e2',
    ],
  ]),
  {
    name: 'values of each kind through the driver',
    setup: [
      'CREATE TABLE kinds (n NUMBER, d DATE, yes BOOLEAN, no BOOLEAN, none BOOLEAN, s STRING)',
      "INSERT INTO kinds VALUES (200000002, TO_DATE('2015-10-21'), TRUE, FALSE, NULL, 'with a space')",
    ],
    sql: 'SELECT * FROM kinds',
    expect: { rows: [['200000002', '2015-10-21', 'TRUE', 'FALSE', null, 'with a space']] },
    source: driver,
  },
  {
    name: 'timestamps of RFC 2822 keep their offset, or their clock',
    setup: [
      'CREATE TABLE mail (tz TIMESTAMP_TZ, ntz TIMESTAMP_NTZ)',
      `INSERT INTO mail SELECT TO_TIMESTAMP_TZ('Thu, 21 Jan 2016 06:32:44 -0800'),
       TO_TIMESTAMP_NTZ('Thu, 21 Jan 2016 06:32:44 -0800')`,
      `ALTER SESSION SET TIMEZONE = 'America/Los_Angeles',
       TIMESTAMP_TZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
       TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3'`,
    ],
    sql: 'SELECT * FROM mail',
    expect: { rows: [['2016-01-21 06:32:44.000 -0800', '2016-01-21 06:32:44.000']] },
    source: driver,
  },
]);

const dates = functions('Date');

testFacts('dates', [
  ...valuesOf(dates, [
    ["DATE_TRUNC('month', '2018-05-06'::DATE)::VARCHAR", '2018-05-01'],
    ["TO_DATE('20180506', 'YYYYMMDD')::VARCHAR", '2018-05-06'],
    ["TO_DATE('21', 'DD')::VARCHAR", '1970-01-21'],
    ["TO_TIME('9:45 pm', 'HH12:MI AM')::VARCHAR", '21:45:00'],
    ["TO_TIMESTAMP_NTZ('20200115')::VARCHAR", '1970-08-22 19:08:35.000'],
    ["TO_DATE('1525564800')::VARCHAR", '2018-05-06'],
    ["DATEDIFF(hour, TO_DATE('2018-05-06'), '2018-05-08 21:00:00')", '48'],
    ["MONTHS_BETWEEN('2019-03-01'::DATE, '2019-02-15'::DATE)", '0.548387'],
  ]),
  {
    name: 'a text that does not fit a format is refused with it',
    sql: "SELECT TO_DATE('2018-05-06', 'YYYY/MM/DD')",
    expect: {
      error: { messageContains: "Can't parse '2018-05-06' as date with format 'YYYY/MM/DD'" },
    },
    source: dates,
  },
  ...["DATE_TRUNC('month', '2018-05-06')", "YEAR('2018-05-06')", 'TO_DATE(1525564800)'].map(
    (sql) => ({
      name: `${sql} takes no such argument`,
      sql: `SELECT ${sql}`,
      expect: {
        error: { messageContains: sql.startsWith('TO_') ? 'invalid type' : 'does not support' },
      },
      source: functions('Snowflake argument-type strictness'),
    }),
  ),
  {
    name: 'a timestamp joins a text as its text',
    setup: [
      'CREATE TABLE joined (at TIMESTAMP_NTZ)',
      "INSERT INTO joined VALUES ('2018-05-06 07:08:09.000')",
    ],
    sql: "SELECT '<' || at || '>' FROM joined",
    expect: { value: '<2018-05-06 07:08:09.000>' },
    source: 'mlorek/frostlake: testkit, constraints-type-coercion',
  },
]);

testFacts('literals of 16 MiB', [
  {
    name: 'are read',
    sql: `SELECT LENGTH('${'x'.repeat(16 * 1024 * 1024 - 2)}''\\n')`,
    expect: { value: '16777216' },
    source: 'docs.snowflake.com/en/sql-reference/data-types-text',
  },
]);
