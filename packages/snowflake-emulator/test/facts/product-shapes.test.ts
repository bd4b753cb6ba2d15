import { testFacts, valuesOf } from './facts.ts';

/** What the source's own statements are made of: the session, and the shapes of its expressions. */
const session = [
  `ALTER SESSION SET TIMEZONE = 'UTC' STRICT_JSON_OUTPUT = TRUE JSON_INDENT = 0 BINARY_OUTPUT_FORMAT = 'HEX'`,
];
const formats = 'mlorek/frostlake: SessionOutputFormatTest';
const stamped = `TO_VARCHAR(x, 'YYYY-MM-DD"T"HH24:MI:SS.FF3') || TO_VARCHAR(x, 'TZH:TZM')`;

testFacts("the source's expressions", [
  ...valuesOf(
    formats,
    [
      [
        `${stamped} FROM (SELECT '2016-02-29 06:30:00.25 +00:00'::TIMESTAMP_TZ(3) AS x)`,
        '2016-02-29T06:30:00.250Z',
      ],
      [
        `${stamped} FROM (SELECT '2016-02-29 12:00:00.25 +05:30'::TIMESTAMP_TZ(3) AS x)`,
        '2016-02-29T12:00:00.250+05:30',
      ],
      [
        `${stamped} FROM (SELECT '2016-02-29 06:30:00.25'::TIMESTAMP_LTZ(3) AS x)`,
        '2016-02-29T06:30:00.250Z',
      ],
    ],
    session,
  ),
  ...valuesOf(
    'mlorek/frostlake: DateYearTextTest, VariantTemporalClientTextTest',
    [
      [
        `CASE WHEN YEAR(d) BETWEEN 1 AND 9999 THEN TO_VARCHAR(d, 'YYYY-MM-DD')
         WHEN YEAR(d) > 9999 THEN TO_VARCHAR(YEAR(d)) || TO_VARCHAR(d, '-MM-DD') END
         FROM (SELECT DATEADD(year, 20000, TO_DATE('2016-02-29')) AS d)`,
        '22016-02-29',
      ],
      [
        `'year ' || TO_VARCHAR(YEAR(d)) FROM (SELECT DATEADD(year, -2017, TO_DATE('2016-02-29')) AS d)`,
        'year -1',
      ],
      [
        `CASE WHEN YEAR(CONVERT_TIMEZONE('UTC', x)) BETWEEN 0 AND 9998 THEN ${stamped} ELSE 'refused' END
         FROM (SELECT DATEADD(year, -2016, '2016-06-01 00:00:00 +02:00'::TIMESTAMP_TZ) AS x)`,
        '0001-06-01T00:00:00.000+02:00',
      ],
    ],
    session,
  ),
  ...valuesOf(
    'mlorek/frostlake: JsonDoubleConversionTextTest',
    [
      ['TO_JSON(TO_VARIANT(0.3::FLOAT))', '3.000000000000000e-01'],
      ['TO_JSON(ARRAY_CONSTRUCT(2e6::FLOAT))', '[2.000000000000000e+06]'],
    ],
    session,
  ),
  ...valuesOf(
    'mlorek/frostlake: VariantStringEscapeTest',
    [
      ["REPLACE(TO_JSON(TO_VARIANT('m' || CHR(0))), '\\\\u0000', '\\\\ufffd')", '"m\\ufffd"'],
      ["REPLACE('m' || CHR(0) || 'n', '\\0', '')", 'mn'],
    ],
    session,
  ),
  ...valuesOf(
    'mlorek/frostlake: InformationSchemaResultTypesTest',
    [
      [
        `TO_VARCHAR(CREATED, 'YYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM') LIKE '%Z' FROM INFORMATION_SCHEMA.TABLES
         WHERE TABLE_NAME = 'MADE'`,
        'TRUE',
      ],
    ],
    [...session, 'CREATE TABLE made (a INT)'],
  ),
  {
    name: 'SHOW TABLES STARTS WITH lists what begins so, with its change tracking',
    setup: ['CREATE TABLE made (a INT)', 'CREATE TABLE other (a INT)'],
    sql: "SHOW TABLES IN SCHEMA FACTS STARTS WITH 'M'",
    expect: { rowCount: 1, columnsInclude: ['name', 'change_tracking'] },
    source: 'mlorek/frostlake: testkit, ddl-show-command-layouts',
  },
]);
