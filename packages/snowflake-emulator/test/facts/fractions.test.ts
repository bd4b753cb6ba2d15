import { testFacts, valuesOf, type Fact } from './facts.ts';

const source = 'mlorek/frostlake: TemporalTextAndPrecisionTest';
const utc = [`ALTER SESSION SET TIMEZONE = 'UTC'`];

function cut(type: string, value: string, expected: string): Fact[] {
  return valuesOf(source, [[`TO_VARCHAR('${value}'::${type}, 'HH24:MI:SS.FF9')`, expected]], utc);
}

testFacts('a cast cuts the digits that a type does not have', [
  ...cut('TIMESTAMP_NTZ(0)', '2019-07-14 08:15:30.123456789', '08:15:30.000000000'),
  ...cut('TIMESTAMP_NTZ(1)', '2019-07-14 08:15:30.123456789', '08:15:30.100000000'),
  ...cut('TIMESTAMP_NTZ(2)', '2019-07-14 08:15:30.123456789', '08:15:30.120000000'),
  ...cut('TIMESTAMP_NTZ(6)', '2019-07-14 08:15:30.123456789', '08:15:30.123456000'),
  ...cut('TIMESTAMP_NTZ(0)', '2019-07-14 08:15:30.999999999', '08:15:30.000000000'),
  ...cut(
    'TIMESTAMP_NTZ(9)::TIMESTAMP_NTZ(2)',
    '2019-07-14 08:15:30.987654321',
    '08:15:30.980000000',
  ),
  ...cut('TIMESTAMP_LTZ(3)', '2019-07-14 08:15:30.123456789', '08:15:30.123000000'),
  ...cut('TIMESTAMP_TZ(6)', '2019-07-14 08:15:30.123456789', '08:15:30.123456000'),
  ...cut('TIME(3)', '08:15:30.123456789', '08:15:30.123000000'),
  ...cut('TIME(6)', '08:15:30.123456789', '08:15:30.123456000'),
  ...valuesOf(
    source,
    [
      [
        "TO_VARCHAR(TO_TIMESTAMP_NTZ('2019-07-14 08:15:30.987654321')::TIMESTAMP_NTZ(1), 'SS.FF9')",
        '30.900000000',
      ],
      ["'2019-07-14 08:15:30.9'::TIMESTAMP_NTZ(0) = '2019-07-14 08:15:30'::TIMESTAMP_NTZ", 'TRUE'],
      ["TO_VARCHAR(7.25::TIMESTAMP_NTZ(0), 'MI:SS.FF9')", '00:07.250000000'],
    ],
    utc,
  ),
  {
    name: 'a column cuts what is inserted',
    setup: [
      ...utc,
      'CREATE TABLE cut (a TIMESTAMP_NTZ(0), b TIMESTAMP_NTZ(3), c TIME(0), d TIMESTAMP_LTZ(0))',
      `INSERT INTO cut VALUES ('2019-07-14 08:15:30.987', '2019-07-14 08:15:30.98765',
       '08:15:30.987', '2019-07-14 08:15:30.987')`,
    ],
    sql: `SELECT TO_VARCHAR(a, 'SS.FF9'), TO_VARCHAR(b, 'SS.FF9'), TO_VARCHAR(c, 'SS.FF9'),
          TO_VARCHAR(d, 'SS.FF9') FROM cut`,
    expect: { rows: [['30.000000000', '30.987000000', '30.000000000', '30.000000000']] },
    source,
  },
]);

const python = 'snowflakedb/snowflake-connector-python: test_fetch_timestamps_snowsql';
const negative = 'snowflakedb/snowflake-connector-python: test_snowsql_timestamp_negative_epoch';
const output = (kind: string, zone: string): string =>
  `ALTER SESSION SET TIMESTAMP_${kind}_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF9${zone}'`;
const pacific = [`ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'`, output('LTZ', ' TZHTZM')];

testFacts('nine digits show what a type has', [
  ...valuesOf(
    python,
    [
      [
        "('2015-06-07 05:34:56.7654321'::TIMESTAMP_NTZ(7))::VARCHAR",
        '2015-06-07 05:34:56.765432100',
      ],
      ["('2015-06-07 05:34:56.76543'::TIMESTAMP_NTZ(5))::VARCHAR", '2015-06-07 05:34:56.765430000'],
      ["('2015-06-07 05:34:56.765'::TIMESTAMP_NTZ(3))::VARCHAR", '2015-06-07 05:34:56.765000000'],
      ["('2015-06-07 05:34:56'::TIMESTAMP_NTZ(0))::VARCHAR", '2015-06-07 05:34:56.000000000'],
    ],
    [output('NTZ', '')],
  ),
  ...valuesOf(
    python,
    [
      [
        "('2015-06-07 12:34:56.987654321+09:30'::TIMESTAMP_TZ(9))::VARCHAR",
        '2015-06-07 12:34:56.987654321 +0930',
      ],
      [
        "('2015-06-07 12:34:56.9876+07:00'::TIMESTAMP_TZ(4))::VARCHAR",
        '2015-06-07 12:34:56.987600000 +0700',
      ],
      [
        "('2015-06-07 12:34:56+07:00'::TIMESTAMP_TZ(0))::VARCHAR",
        '2015-06-07 12:34:56.000000000 +0700',
      ],
    ],
    [output('TZ', ' TZHTZM')],
  ),
  ...valuesOf(
    python,
    [
      [
        "('2015-01-02 21:34:56.987654321'::TIMESTAMP_LTZ(9))::VARCHAR",
        '2015-01-02 21:34:56.987654321 -0800',
      ],
      [
        "('2015-01-02 21:34:56.9876'::TIMESTAMP_LTZ(4))::VARCHAR",
        '2015-01-02 21:34:56.987600000 -0800',
      ],
      ["('2015-06-02 21:34:56'::TIMESTAMP_LTZ(0))::VARCHAR", '2015-06-02 21:34:56.000000000 -0700'],
    ],
    pacific,
  ),
  ...valuesOf(python, [
    ["TO_VARCHAR('15:17:18.987654321'::TIME(9), 'HH24:MI:SS.FF9')", '15:17:18.987654321'],
    ["TO_VARCHAR('15:17:18.9876'::TIME(4), 'HH24:MI:SS.FF9')", '15:17:18.987600000'],
    ["TO_VARCHAR('15:17:18'::TIME(0), 'HH24:MI:SS.FF9')", '15:17:18.000000000'],
  ]),
  ...valuesOf(
    negative,
    [
      [
        "('1965-08-30 12:34:56.123456789'::TIMESTAMP_LTZ(7))::VARCHAR",
        '1965-08-30 12:34:56.123456700 -0700',
      ],
    ],
    pacific,
  ),
  ...valuesOf(
    negative,
    [
      [
        "('1965-08-30 12:34:56.123456789'::TIMESTAMP_NTZ(8))::VARCHAR",
        '1965-08-30 12:34:56.123456780',
      ],
    ],
    [output('NTZ', '')],
  ),
  ...valuesOf(
    negative,
    [
      [
        "('1965-08-30 12:34:56.123456789 -08:00'::TIMESTAMP_TZ(8))::VARCHAR",
        '1965-08-30 12:34:56.123456780 -0800',
      ],
      [
        "('1965-08-30 12:34:56.123456789 -08:00'::TIMESTAMP_TZ(4))::VARCHAR",
        '1965-08-30 12:34:56.123400000 -0800',
      ],
    ],
    [output('TZ', ' TZHTZM')],
  ),
  ...valuesOf('snowflakedb/gosnowflake: TestSnowflakeFormatToGoFormatIntegrationTest', [
    ['CURRENT_TIMESTAMP()::TIMESTAMP_NTZ(9) = CURRENT_TIMESTAMP()::TIMESTAMP_NTZ(3)', 'TRUE'],
    ["TO_VARCHAR(CURRENT_TIMESTAMP(), 'FF9') LIKE '___000000'", 'TRUE'],
  ]),
]);
