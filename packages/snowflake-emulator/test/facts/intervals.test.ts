import { testFacts, valuesOf, type Fact } from './facts.ts';

const column = 'mlorek/frostlake: IntervalColumnTypeTest';
const python = 'snowflakedb/snowflake-connector-python: test_interval_types';

/** Text into a column of the type, and out again by a cast. */
function kept(type: string, text: string, expected: string, source = column): Fact {
  return {
    name: `'${text}' in INTERVAL ${type} is ${expected}`,
    setup: [
      'ALTER SESSION SET FEATURE_INTERVAL_TYPES = ENABLED',
      `CREATE TABLE kept (span INTERVAL ${type})`,
      `INSERT INTO kept SELECT '${text}'`,
    ],
    sql: 'SELECT CAST(span AS VARCHAR), TO_VARCHAR(span) FROM kept',
    expect: { rows: [[expected, expected]] },
    source,
  };
}

testFacts('intervals as text', [
  kept('DAY TO SECOND', '4 05:06:07.25', '+4 05:06:07.250000000'),
  kept('DAY TO SECOND', '-4 05:06:07.25', '-4 05:06:07.250000000'),
  kept('DAY TO MINUTE', '4 05:06', '+4 05:06'),
  kept('DAY TO HOUR', '4 05', '+4 05'),
  kept('DAY', '12', '+12'),
  kept('HOUR', '-7', '-7'),
  kept('HOUR TO MINUTE', '30:06', '+30:06'),
  kept('HOUR TO SECOND', '30:06:07', '+30:06:07.000000000'),
  kept('MINUTE', '90', '+90'),
  kept('MINUTE TO SECOND', '06:07.25', '+6:07.250000000'),
  kept('SECOND', '7.25', '+7.250000000'),
  kept('SECOND(9,0)', '8', '+8'),
  kept('SECOND(2,3)', '9', '+9.000'),
  kept('DAY TO SECOND(0)', '4 05:06:07', '+4 05:06:07'),
  kept('YEAR TO MONTH', '0-0', '+0-00'),
  kept('YEAR TO MONTH', '3-04', '+3-04', python),
  kept('YEAR TO MONTH', '999999999-11', '+999999999-11', python),
  kept('YEAR TO MONTH', '-999999999-11', '-999999999-11', python),
  kept('YEAR', '2', '+2', python),
  kept('YEAR', '-5', '-5'),
  kept('YEAR', '-999999999', '-999999999', python),
  kept('MONTH', '1', '+1', python),
  kept('MONTH', '-999999999', '-999999999', python),
  {
    name: 'DESCRIBE spells every precision out',
    setup: [
      `CREATE TABLE spans (a INTERVAL DAY(4) TO SECOND(2), b INTERVAL YEAR TO MONTH, c INTERVAL HOUR,
       d INTERVAL SECOND, e INTERVAL MINUTE TO SECOND, f INTERVAL DAY TO HOUR)`,
      'DESCRIBE TABLE spans',
    ],
    sql: 'SELECT "type" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID()))',
    expect: {
      ordered: true,
      rows: [
        ['INTERVAL DAY(4) TO SECOND(2)'],
        ['INTERVAL YEAR(9) TO MONTH'],
        ['INTERVAL HOUR(9)'],
        ['INTERVAL SECOND(9,9)'],
        ['INTERVAL MINUTE(9) TO SECOND(9)'],
        ['INTERVAL DAY(9) TO HOUR'],
      ],
    },
    source: column,
  },
  {
    name: 'a client is sent months, and nanoseconds',
    setup: [
      'CREATE TABLE sent (a INTERVAL YEAR TO MONTH, b INTERVAL DAY TO SECOND)',
      "INSERT INTO sent SELECT '-1-3', '1 00:00:00.5'",
    ],
    sql: 'SELECT a, b FROM sent',
    expect: { rows: [['-15', '86400500000000']] },
    source: python,
  },
]);

const operators = 'mlorek/frostlake: docs/operators.md';
const two = [
  'CREATE TABLE two (a TIMESTAMP_NTZ, b TIMESTAMP_NTZ)',
  "INSERT INTO two VALUES ('2018-03-04 02:30:00.25', '2018-03-01 00:00:00')",
];

testFacts('calculating with intervals', [
  ...valuesOf(column, [
    [
      "TO_VARCHAR(('4 00:00:00.9876'::INTERVAL DAY TO SECOND)::INTERVAL DAY TO SECOND(2))",
      '+4 00:00:00.98',
    ],
    ["TO_VARCHAR(('4 23:59:59'::INTERVAL DAY TO SECOND)::INTERVAL DAY)", '+4'],
  ]),
  ...valuesOf(
    'mlorek/frostlake: IntervalLiteralValueTest',
    [
      ['TO_VARCHAR(a - b) FROM two', '+3 02:30:00.250000000'],
      ['TO_VARCHAR(b - a) FROM two', '-3 02:30:00.250000000'],
    ],
    two,
  ),
  ...valuesOf(operators, [
    ["INTERVAL '1' DAY = INTERVAL '24' HOUR", 'TRUE'],
    ["INTERVAL '1' YEAR = INTERVAL '12' MONTH", 'TRUE'],
    ["TO_VARCHAR(INTERVAL '1 02' DAY TO HOUR)", '+1 02'],
    ["TO_VARCHAR(INTERVAL '10' DAYS)", '+10'],
    ["TO_VARCHAR('2018-03-04'::DATE + INTERVAL '1-2' YEAR TO MONTH)", '2019-05-04'],
    ["TO_VARCHAR('2018-03-04'::DATE - INTERVAL '12' HOUR)", '2018-03-03 12:00:00.000'],
    [
      "TO_VARCHAR('2018-03-04 00:00:00'::TIMESTAMP_NTZ + INTERVAL '1.5' SECOND)",
      '2018-03-04 00:00:01.500',
    ],
  ]),
  {
    name: 'an interval does not become text by itself',
    setup: ['CREATE TABLE ym (span INTERVAL YEAR TO MONTH)', "INSERT INTO ym SELECT '1-2'"],
    sql: "SELECT 'for ' || span FROM ym",
    expect: { error: { messageContains: 'incompatible types' } },
    source: 'mlorek/frostlake: IntervalFunctionsTest',
  },
]);
