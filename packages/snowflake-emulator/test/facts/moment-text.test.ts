import { testFacts, valuesOf, type Fact } from './facts.ts';

const zone = (name: string): string => `ALTER SESSION SET TIMEZONE = '${name}'`;
const utc = [zone('UTC')];
const kinds = [
  ...utc,
  'CREATE TABLE moments (ntz TIMESTAMP_NTZ(9), t TIME(9), ltz TIMESTAMP_LTZ(3), tz TIMESTAMP_TZ(3), d DATE)',
  `INSERT INTO moments SELECT '2018-05-06 07:08:09.987654321', '07:08:09.987654321',
   '2018-05-06 07:08:09.25', '2018-05-06 07:08:09.25 -03:30', '2018-05-06'`,
];
const formats = 'mlorek/frostlake: SessionOutputFormatTest';

function formatted(set: string, expression: string, row: readonly string[]): Fact {
  return {
    name: `${set === '' ? 'the defaults' : set}: ${expression}`,
    setup: set === '' ? kinds : [...kinds, `ALTER SESSION SET ${set}`],
    sql: `SELECT ${expression} FROM moments`,
    expect: { rows: [row] },
    source: formats,
  };
}

testFacts('moments as text', [
  ...valuesOf(
    'mlorek/frostlake: TemporalTextAndPrecisionTest',
    [
      ["TO_VARCHAR('2018-05-06 00:00:00'::TIMESTAMP_NTZ)", '2018-05-06 00:00:00.000'],
      ["TO_VARIANT('2018-05-06 00:00:00'::TIMESTAMP_NTZ)::VARCHAR", '2018-05-06 00:00:00.000'],
      ["CAST('2018-05-06 07:08:09'::TIMESTAMP_NTZ AS VARCHAR)", '2018-05-06 07:08:09.000'],
      [
        "OBJECT_CONSTRUCT('at', '2018-05-06 07:08:09'::TIMESTAMP_NTZ)::VARCHAR",
        '{"at":"2018-05-06 07:08:09.000"}',
      ],
      ["TO_VARCHAR('2018-05-06 07:08:09.987654321'::TIMESTAMP_NTZ)", '2018-05-06 07:08:09.987'],
      [
        "TO_VARCHAR('2018-05-06 07:08:09.987654321'::TIMESTAMP_LTZ(3))",
        '2018-05-06 07:08:09.987 Z',
      ],
      ["TO_VARCHAR('2018-05-06'::DATE)", '2018-05-06'],
      ["TO_VARCHAR('07:08:09.987654321'::TIME)", '07:08:09'],
    ],
    utc,
  ),
  formatted('', 'ntz::VARCHAR, t::VARCHAR, ltz::VARCHAR, tz::VARCHAR, d::VARCHAR', [
    '2018-05-06 07:08:09.987',
    '07:08:09',
    '2018-05-06 07:08:09.250 Z',
    '2018-05-06 07:08:09.250 -0330',
    '2018-05-06',
  ]),
  formatted(
    `TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS'`,
    'ntz::VARCHAR, ltz::VARCHAR, tz::VARCHAR',
    ['2018-05-06 07:08:09.987', '2018-05-06T07:08:09', '2018-05-06T07:08:09'],
  ),
  formatted(
    `TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS', TIMESTAMP_NTZ_OUTPUT_FORMAT = ''`,
    'ntz::VARCHAR',
    ['2018-05-06T07:08:09'],
  ),
  formatted(
    `TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY/MM/DD HH24:MI:SS.FF6'`,
    "ntz::VARCHAR, 'at ' || ntz, TO_VARCHAR(ntz), CAST(ntz AS STRING), TO_CHAR(ntz)",
    [
      '2018/05/06 07:08:09.987654',
      'at 2018/05/06 07:08:09.987654',
      '2018/05/06 07:08:09.987654',
      '2018/05/06 07:08:09.987654',
      '2018/05/06 07:08:09.987654',
    ],
  ),
  formatted(
    `TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY/MM/DD HH24:MI:SS.FF6'`,
    "UPPER(ntz), LENGTH(ntz), CONCAT(ntz, ''), ntz LIKE '2018/%', TO_VARCHAR(ntz, 'YYYY')",
    ['2018/05/06 07:08:09.987654', '26', '2018/05/06 07:08:09.987654', 'TRUE', '2018'],
  ),
  formatted(
    `TIMESTAMP_LTZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS TZH:TZM'`,
    "ltz::VARCHAR, 'at ' || ltz, tz::VARCHAR",
    ['2018-05-06 07:08:09 Z', 'at 2018-05-06 07:08:09 Z', '2018-05-06 07:08:09.250 -0330'],
  ),
  {
    name: 'the format of TIMESTAMP_NTZ is never AUTO',
    sql: `ALTER SESSION SET TIMESTAMP_NTZ_OUTPUT_FORMAT = 'AUTO'`,
    expect: {
      error: {
        messageContains: "invalid value [AUTO] for parameter 'TIMESTAMP_NTZ_OUTPUT_FORMAT'",
      },
    },
    source: formats,
  },
]);

testFacts('formats of moments', [
  ...valuesOf('docs.snowflake.com/en/sql-reference/date-time-input-output', [
    ["TO_VARCHAR('2018-05-06'::DATE, 'DY, DD MON YYYY')", 'Sun, 06 May 2018'],
    ["TO_VARCHAR('2018-05-06'::DATE, 'MMMM YY')", 'May 18'],
    ["TO_VARCHAR('21:08:09'::TIME, 'HH12:MI:SS AM')", '09:08:09 PM'],
    ["TO_VARCHAR('2018-05-06 07:08:09'::TIMESTAMP_NTZ, 'YYYYMMDDTHH24MISS')", '20180506T070809'],
    ["TO_VARCHAR('2018-05-06'::DATE, '\"Q\"MM')", 'Q05'],
  ]),
  ...["TO_VARCHAR('2018-05-06'::DATE, 'Q')", "TO_DATE('2018 18', 'YYYY WW')"].map((sql) => ({
    name: `${sql} has an element that is none`,
    sql: `SELECT ${sql}`,
    expect: { error: { messageContains: 'unsupported' } },
    source: 'docs.snowflake.com/en/sql-reference/date-time-input-output',
  })),
]);

const offsets = 'mlorek/frostlake: ZeroOffsetDriverTextTest';

testFacts('a zero offset is Z', [
  ...valuesOf(
    offsets,
    [
      ["'2018-05-06 07:08:09.5'::TIMESTAMP_LTZ::VARCHAR", '2018-05-06 07:08:09.500 Z'],
      ["'2018-05-06 07:08:09 +00:00'::TIMESTAMP_TZ::VARCHAR", '2018-05-06 07:08:09.000 Z'],
      ["'2018-05-06 07:08:09 -00:00'::TIMESTAMP_TZ::VARCHAR", '2018-05-06 07:08:09.000 Z'],
      ["'2018-05-06 07:08:09 +05:45'::TIMESTAMP_TZ::VARCHAR", '2018-05-06 07:08:09.000 +0545'],
      ['RIGHT(TO_VARCHAR(CURRENT_TIMESTAMP()), 2)', ' Z'],
      ["TO_VARCHAR('2018-05-06 07:08:09 +00:00'::TIMESTAMP_TZ, 'HH24:MI TZH:TZM')", '07:08 Z'],
      ["TO_VARCHAR('2018-05-06 07:08:09 +00:00'::TIMESTAMP_TZ, 'HH24:MI TZHTZM')", '07:08 Z'],
      [
        "TO_VARCHAR('2018-05-06 07:08:09'::TIMESTAMP_LTZ, 'HH24:MI:SS.FF9TZH:TZM')",
        '07:08:09.000000000Z',
      ],
      ["TO_VARCHAR('2018-05-06 07:08:09 +00:00'::TIMESTAMP_TZ, 'TZH:TZM')", 'Z'],
      ["TO_VARCHAR(CURRENT_TIMESTAMP(), 'SS.FF9TZH:TZM') LIKE '__._________Z'", 'TRUE'],
    ],
    utc,
  ),
  ...valuesOf(
    offsets,
    [
      ["'2018-12-06 07:08:09'::TIMESTAMP_LTZ::VARCHAR", '2018-12-06 07:08:09.000 Z'],
      ["'2018-05-06 07:08:09'::TIMESTAMP_LTZ::VARCHAR", '2018-05-06 07:08:09.000 +0100'],
    ],
    [zone('Europe/London')],
  ),
  ...valuesOf(
    offsets,
    [
      ["'2018-12-06 07:08:09'::TIMESTAMP_LTZ::VARCHAR", '2018-12-06 07:08:09.000 -0800'],
      ["'2018-12-06 07:08:09 +00:00'::TIMESTAMP_TZ::VARCHAR", '2018-12-06 07:08:09.000 Z'],
      ['TO_TIMESTAMP_TZ(1544080089)::VARCHAR', '2018-12-05 23:08:09.000 -0800'],
      ["TO_TIMESTAMP_TZ('1544080089')::VARCHAR", '2018-12-06 07:08:09.000 Z'],
    ],
    [zone('America/Los_Angeles')],
  ),
  ...valuesOf(
    'docs.snowflake.com/en/sql-reference/functions/convert_timezone',
    [
      [
        "TO_VARCHAR(CONVERT_TIMEZONE('America/Chicago', 'Asia/Kolkata', '2018-12-06 00:00:00'::TIMESTAMP_NTZ))",
        '2018-12-06 11:30:00.000',
      ],
      [
        "TO_VARCHAR(CONVERT_TIMEZONE('Europe/Berlin', 'UTC', '2018-07-01 00:30:00'::TIMESTAMP_NTZ))",
        '2018-06-30 22:30:00.000',
      ],
      [
        "TO_VARCHAR(CONVERT_TIMEZONE('UTC', '2018-12-06 07:00:00 +05:45'::TIMESTAMP_TZ), 'HH24:MI:SS')",
        '01:15:00',
      ],
      [
        "TO_VARCHAR(CONVERT_TIMEZONE('UTC', '2018-12-06 07:00:00 +05:45'::TIMESTAMP_TZ))",
        '2018-12-06 01:15:00.000 Z',
      ],
    ],
    utc,
  ),
]);
