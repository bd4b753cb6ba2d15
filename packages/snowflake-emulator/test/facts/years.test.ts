import { testFacts, valuesOf, type Fact } from './facts.ts';

const source = 'mlorek/frostlake: DateYearTextTest';
const python = 'snowflakedb/snowflake-connector-python: test_snowsql_timestamp_format';

testFacts('years of five digits', [
  ...valuesOf(source, [
    ["TO_DATE('31415-09-26', 'YYYY-MM-DD')::VARCHAR", '31415-09-26'],
    ["TO_CHAR(TO_DATE('31415-09-26', 'YYYY-MM-DD'), 'YYYY/MM/DD')", '31415/09/26'],
    ["TO_CHAR(TO_DATE('31415-09-26', 'YYYY-MM-DD'), 'YYYY')", '31415'],
    ["YEAR(TO_DATE('31415-09-26', 'YYYY-MM-DD'))", '31415'],
    ["DATEADD(year, 20000, TO_DATE('2015-03-04'))::VARCHAR", '22015-03-04'],
    ["TO_JSON(TO_VARIANT(TO_DATE('31415-09-26', 'YYYY-MM-DD')))", '"31415-09-26"'],
    [
      "TO_CHAR(TO_TIMESTAMP_NTZ('31415-09-26 01:02:03', 'YYYY-MM-DD HH24:MI:SS'), 'YYYY-MM-DD HH24:MI:SS')",
      '31415-09-26 01:02:03',
    ],
    [
      "TO_VARCHAR(TO_TIMESTAMP_TZ('31415-09-26 01:02:03 -02:30', 'YYYY-MM-DD HH24:MI:SS TZH:TZM'))",
      '31415-09-26 01:02:03.000 -0230',
    ],
    ["TO_DATE('20150304', 'YYYYMMDD')::VARCHAR", '2015-03-04'],
  ]),
  ...valuesOf(
    python,
    [
      ["YEAR('12345-09-30 12:34:56'::TIMESTAMP_NTZ)", '12345'],
      ["DATE_PART(EPOCH_SECOND, '19999-09-30 12:34:56'::TIMESTAMP_NTZ)", '568963830896'],
      ["DATE_PART(EPOCH_SECOND, '19999-09-30 12:34:56'::TIMESTAMP_LTZ)", '568963856096'],
      ["YEAR(TO_TIMESTAMP('10001-01-01 00:00:00'))", '10001'],
      ["YEAR(TO_DATE('10001-01-01'))", '10001'],
      ["YEAR(TO_DATE('9998-01-01'))", '9998'],
    ],
    [`ALTER SESSION SET TIMEZONE = 'America/Los_Angeles'`],
  ),
]);

testFacts('years before 1 print the year of their era', [
  ...valuesOf(source, [
    ["DATEADD(year, -2016, TO_DATE('2015-03-04'))::VARCHAR", '0002-03-04'],
    ["DATEADD(year, -2015, TO_DATE('2015-03-04'))::VARCHAR", '0001-03-04'],
    ["DATEADD(year, -2014, TO_DATE('2015-03-04'))::VARCHAR", '0001-03-04'],
    ["TO_CHAR(DATEADD(year, -2016, TO_DATE('2015-03-04')), 'MM/DD/YYYY')", '03/04/0002'],
    ["TO_CHAR(DATEADD(year, -2115, TO_DATE('2015-03-04')), 'YYYY')", '0101'],
    ["TO_DATE('0042-01-01')::VARCHAR", '0042-01-01'],
    ["TO_JSON(TO_VARIANT('0001-01-01'::DATE))", '"0001-01-01"'],
    ["TO_JSON(TO_VARIANT('9999-12-31'::DATE))", '"9999-12-31"'],
    [
      "DATEADD(year, -2016, TO_TIMESTAMP_NTZ('2015-03-04 05:06:07'))::VARCHAR",
      '0002-03-04 05:06:07.000',
    ],
    [
      "TO_VARCHAR(DATEADD(year, -2015, '2015-06-07 00:00:00 +02:00'::TIMESTAMP_TZ), 'YYYY-MM-DD')",
      '0001-06-07',
    ],
    ["TO_VARCHAR(DATEADD(year, -2016, '2016-02-29'::DATE))", '0001-02-29'],
  ]),
  ...valuesOf('mlorek/frostlake: VariantTemporalClientTextTest', [
    ["YEAR(DATEADD(year, -2016, TO_DATE('2015-03-04')))", '-1'],
  ]),
]);

interface Instant {
  readonly instant: string;
  readonly zone: string;
  readonly expected: string;
}

/** How the driver shows an instant far away, by what the server sends. */
function far({ instant, zone, expected }: Instant): Fact {
  return {
    name: `${instant} in ${zone}`,
    setup: [
      'CREATE TABLE far (at TIMESTAMP_LTZ)',
      `INSERT INTO far VALUES ('${instant} +0000')`,
      `ALTER SESSION SET TIMEZONE = '${zone}'`,
      `ALTER SESSION SET TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'`,
    ],
    sql: 'SELECT at FROM far',
    expect: { rows: [[expected]] },
    source: 'snowflakedb/snowflake-connector-nodejs: test/integration/testBind.js',
  };
}

testFacts('far instants through the driver', [
  far({
    instant: '9999-12-30 23:24:25.987',
    zone: 'UTC',
    expected: '9999-12-30 23:24:25.987 +0000',
  }),
  far({
    instant: '2021-06-22 23:37:25.520',
    zone: 'UTC',
    expected: '2021-06-22 23:37:25.520 +0000',
  }),
  far({
    instant: '0001-01-01 23:24:25.987',
    zone: 'Europe/Warsaw',
    expected: '0001-01-02 00:48:25.987 +0124',
  }),
  far({
    instant: '9999-12-30 23:24:25.987',
    zone: 'Europe/Warsaw',
    expected: '9999-12-31 00:24:25.987 +0100',
  }),
  far({
    instant: '9999-12-30 23:24:25.987',
    zone: 'Asia/Tokyo',
    expected: '9999-12-31 08:24:25.987 +0900',
  }),
  far({
    instant: '0001-01-01 23:24:25.987',
    zone: 'America/Los_Angeles',
    expected: '0001-01-01 15:31:27.987 -0752',
  }),
  far({
    instant: '2021-06-22 23:37:25.520',
    zone: 'America/Los_Angeles',
    expected: '2021-06-22 16:37:25.520 -0700',
  }),
  {
    name: 'what has a zone of its own stays in it',
    setup: [
      'CREATE TABLE own (at TIMESTAMP_TZ, d DATE, n TIMESTAMP_NTZ)',
      `INSERT INTO own VALUES ('0001-01-01 23:24:25.987 +0000', '9999-12-30', '9999-12-30 23:24:25.987')`,
      `ALTER SESSION SET TIMEZONE = 'Europe/Warsaw'`,
      `ALTER SESSION SET TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'`,
    ],
    sql: 'SELECT * FROM own',
    expect: { rows: [['0001-01-01 23:24:25.987 +0000', '9999-12-30', '9999-12-30 23:24:25.987']] },
    source: 'snowflakedb/snowflake-connector-nodejs: test/integration/testBind.js',
  },
]);
