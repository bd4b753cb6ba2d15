import { describe, expect, it } from 'vitest';
import { sharedSession } from './open-session.ts';

const session = sharedSession();

/** Expression → what the documentation (or its rule) says, as the wire has it. */
const CASES: readonly (readonly [expression: string, expected: string | null])[] = [
  // https://docs.snowflake.com/en/sql-reference/functions/md5_number_lower64
  ["MD5_NUMBER_LOWER64('Snowflake')", '9203306159527282910'],
  // https://docs.snowflake.com/en/sql-reference/functions/md5_number_upper64
  ["MD5_NUMBER_UPPER64('Snowflake')", '17145559544104499780'],
  ["MD5('Snowflake')", 'edf1439075a83a447fb8b630ddc9c8de'],
  // https://docs.snowflake.com/en/sql-reference/functions/hex_encode
  ["HEX_ENCODE('SNOW')", '534E4F57'],
  ["HEX_ENCODE('snowflake\\n', 0)", '736e6f77666c616b650a'],
  ["HEX_DECODE_STRING('534E4F57464C414B45')", 'SNOWFLAKE'],
  ["BASE64_ENCODE('Snowflake')", 'U25vd2ZsYWtl'],
  ["BASE64_DECODE_STRING('U25vd2ZsYWtl')", 'Snowflake'],
  // https://docs.snowflake.com/en/sql-reference/operators-arithmetic: scale of a division
  ['1 / 3', '0.333333'],
  ['2.00 / 3.0000', '0.66666667'],
  ['-7 / 2', '-3.500000'],
  ['1.10 * 2.20', '2.4200'],
  ['7 % 3', '1'],
  ['-7 % 3', '-1'],
  ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
  // https://docs.snowflake.com/en/sql-reference/functions/round: half away from zero
  ['ROUND(2.5)', '3'],
  ['ROUND(-2.5)', '-3'],
  ['ROUND(1.255, 2)', '1.26'],
  ['TRUNC(1.99, 1)', '1.9'],
  ['TRUNC(-1.99)', '-1'],
  ['FLOOR(-1.25, 1)', '-1.3'],
  ['CEIL(1.21, 1)', '1.3'],
  ['DIV0(1, 0)', '0.000000'],
  ['LEAST(1, NULL)', null],
  // https://docs.snowflake.com/en/sql-reference/functions/to_char
  ["TO_VARCHAR(1.5::FLOAT, 'TME')", '1.5E0'],
  ["TO_VARCHAR(0.1::FLOAT, 'TME')", '1E-1'],
  ["TO_VARCHAR(255, 'XXX')", ' FF'],
  ["TO_VARCHAR(1234.5, '9,999.00')", ' 1,234.50'],
  [
    "TO_VARCHAR('2024-02-29 01:02:03.123456789'::TIMESTAMP_NTZ, 'YYYY-MM-DD\"T\"HH24:MI:SS.FF9')",
    '2024-02-29T01:02:03.123456789',
  ],
  ["TO_VARCHAR('2024-02-29 01:02:03.9999'::TIMESTAMP_NTZ, 'FF3')", '999'],
  [
    "TO_VARCHAR('2024-02-29 13:02:03 -0330'::TIMESTAMP_TZ, 'HH12:MI AM TZH:TZM TZHTZM')",
    '01:02 PM -03:30 -0330',
  ],
  ["TO_VARCHAR('2024-02-29'::DATE, 'DD.MM.YY')", '29.02.24'],
  ["TO_VARCHAR('2024-07-01 12:00:00 +0000'::TIMESTAMP_LTZ)", '2024-07-01 12:00:00.000 Z'],
  ["TO_VARCHAR('12:34:56.5'::TIME, 'HH24:MI:SS.FF1')", '12:34:56.5'],
  ['12.50::NUMBER(10,2)::VARCHAR', '12.50'],
  ["TO_NUMBER('1F', 'XX')", '31'],
  ["TO_NUMBER('$1,234.5', '$9,999.0', 10, 1)", '1234.5'],
  ["TRY_TO_NUMBER('x')", null],
  ["TRY_CAST('1.26' AS NUMBER(3,1))", '1.3'],
  ["TO_DATE('02/29/2024', 'MM/DD/YYYY')", '19782'],
  // https://docs.snowflake.com/en/sql-reference/functions/to_timestamp: the scale of a number
  ['TO_TIMESTAMP_NTZ(1700000000123, 3)', '1700000000.123000000'],
  ["'1700000000'::TIMESTAMP_NTZ", '1700000000.000000000'],
  ["'yes'::BOOLEAN", '1'],
  ["TO_BOOLEAN('off')", '0'],
  // text
  ["'a' || NULL", null],
  ["SUBSTR('hello', 2, 3)", 'ell'],
  ["SUBSTR('hello', -3, 2)", 'll'],
  ["LPAD('123', 5, '*')", '**123'],
  ["SPLIT_PART('11.22.33', '.', 0)", '11'],
  ["SPLIT_PART('11.22.33', '.', -1)", '33'],
  ["REPLACE('a\"b', '\"', '\"\"')", 'a""b'],
  ["TRIM('  x ')", 'x'],
  ["LTRIM('#00x', '#0')", 'x'],
  ["LENGTH('é😀')", '2'],
  ["OCTET_LENGTH('é😀')", '6'],
  ["REGEXP_REPLACE('Customers - (NY)', '\\\\(|\\\\)', '')", 'Customers - NY'],
  ["REGEXP_LIKE('abc', 'a.')", '0'],
  ["INITCAP('the sky')", 'The Sky'],
  ["'%' LIKE '^%' ESCAPE '^'", '1'],
  // conditional
  ["IFF(NULL, 'a', 'b')", 'b'],
  ["DECODE(NULL, 1, 'one', NULL, 'null')", 'null'],
  ['NVL2(NULL, 1, 2)', '2'],
  ['ZEROIFNULL(NULL)', '0'],
  // https://docs.snowflake.com/en/sql-reference/data-types-numeric#special-values
  ["'NaN'::FLOAT = 'NaN'::FLOAT", '1'],
  ["'inf'::FLOAT", 'inf'],
  // dates
  ["DATEADD(MONTH, 1, '2024-01-31'::DATE)", '19782'],
  ["DATEADD('nanosecond', 1, '2024-01-01'::TIMESTAMP_NTZ)", '1704067200.000000001'],
  ["DATEDIFF(YEAR, '2023-12-31'::DATE, '2024-01-01'::DATE)", '1'],
  [
    "DATEDIFF(NANOSECOND, '2024-01-01'::TIMESTAMP_NTZ, '2024-01-01 00:00:00.000000005'::TIMESTAMP_NTZ)",
    '5',
  ],
  ["DATE_TRUNC('month', '2024-02-29'::DATE)", '19754'],
  ["DATE_PART(EPOCH_NANOSECOND, '1970-01-01 00:00:01.000000005'::TIMESTAMP_NTZ)", '1000000005'],
  ["EXTRACT(QUARTER FROM '2024-05-01'::DATE)", '2'],
  ["LAST_DAY('2024-02-01'::DATE)", '19782'],
  [
    "CONVERT_TIMEZONE('UTC', 'Asia/Tokyo', '2024-07-01 00:00:00'::TIMESTAMP_NTZ)",
    '1719824400.000000000',
  ],
  ["DAYNAME('2024-02-01'::DATE)", 'Thu'],
  ["'2024-01-01'::DATE + 1", '19724'],
  // edges of the calendar, to the nanosecond
  ["'0001-01-01 00:00:00'::TIMESTAMP_NTZ", '-62135596800.000000000'],
  ["'9999-12-31 23:59:59.999999999'::TIMESTAMP_NTZ", '253402300799.999999999'],
  ["'1969-12-31 23:59:59.5'::TIMESTAMP_NTZ", '-0.500000000'],
  ["'0001-01-01 00:00:00 +0530'::TIMESTAMP_TZ", '-62135616600.000000000 1770'],
  ["'2024-01-01 00:00:00 +0100'::TIMESTAMP_TZ = '2023-12-31 23:00:00 +0000'::TIMESTAMP_TZ", '1'],
  // semi-structured: digits stay
  [
    'TO_JSON(PARSE_JSON(\'{"b": 12345678901234567890123456789012345678, "a": [1.50, null]}\'))',
    '{"a":[1.5,null],"b":12345678901234567890123456789012345678}',
  ],
  ['PARSE_JSON(\'{"a":{"b c":[1,{"d":"x"}]}}\'):a:"b c"[1].d::VARCHAR', 'x'],
  ["PARSE_JSON('null') IS NULL", '0'],
  ["PARSE_JSON('null')::VARCHAR", null],
  ["TO_JSON(PARSE_JSON('null'))", 'null'],
  ["PARSE_JSON('{}'):a IS NULL", '1'],
  ["TYPEOF(PARSE_JSON('1.5'))", 'DECIMAL'],
  ["OBJECT_CONSTRUCT('a', 1, 'b', NULL)", '{"a":1}'],
  ["ARRAY_CONSTRUCT(1, 'x', NULL)", '[1,"x",undefined]'],
  ['OBJECT_KEYS(PARSE_JSON(\'{"z":1,"a":2}\'))', '["a","z"]'],
  ["ARRAY_SIZE(PARSE_JSON('[1,2]'))", '2'],
  ['ST_ASWKT(TO_GEOGRAPHY(\'{"type":"Point","coordinates":[1.5,2]}\'))', 'POINT(1.5 2)'],
  ["ST_ASGEOJSON(TO_GEOGRAPHY('POINT(1.5 2)'))", '{"coordinates":[1.5,2],"type":"Point"}'],
  // https://docs.snowflake.com/en/sql-reference/data-types-text#escape-sequences-in-single-quoted-string-constants
  ["'a\\\\b\\n\\'c\\''", "a\\b\n'c'"],
  ["$$a\\n'b$$", "a\\n'b"],
  ["TO_BINARY('DEAD', 'HEX')", 'DEAD'],
];

describe('scalar expressions give what the documentation says', () => {
  it.each(CASES)('%s', async (expression, expected) => {
    expect(await session.run(`SELECT ${expression}`)).toEqual([[expected]]);
  });
});

/** Expression → the error that Snowflake reports. */
const FAILURES: readonly (readonly [sql: string, code: string])[] = [
  ['SELECT 1 / 0', '100051'],
  ["SELECT 'abc'::NUMBER", '100038'],
  ['SELECT 1000::NUMBER(3,0)', '100039'],
  ["SELECT 'x'::DATE", '100040'],
  ["SELECT 'x'::TIMESTAMP_NTZ", '100035'],
  ["SELECT 'x'::BOOLEAN", '100037'],
  ["SELECT PARSE_JSON('{bad')", '100069'],
  ['SELECT * FROM missing', '002003'],
  ['SELECT nope FROM (SELECT 1 AS a)', '000904'],
  ['SELECT a FROM (SELECT 1 a) x, (SELECT 2 a) y', '002028'],
  ['SELCT 1', '001003'],
  ['SELECT 1 FROM', '001003'],
  ["SELECT 'open", '001003'],
  ['SELECT NO_SUCH_FUNCTION(1)', '002140'],
  ['SELECT UPPER()', '000938'],
  ["SELECT UPPER('a', 'b')", '000939'],
  ['SELECT 1 UNION SELECT 1, 2', '001789'],
  ['SELECT (SELECT 1 UNION SELECT 2)', '090150'],
  ['SELECT * FROM d.information_schema.tables SAMPLE (10)', '000002'],
  ['CREATE FUNCTION f() RETURNS INT AS $$1$$', '000002'],
  ['USE DATABASE nowhere', '002043'],
];

describe('what can not be done is refused, and says so', () => {
  it.each(FAILURES)('%s', async (sql, code) => {
    expect(await session.failure(sql)).toMatch(new RegExp(`^${code}: `));
  });
});
