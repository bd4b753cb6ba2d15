import { testFacts, valuesOf, type Fact } from './facts.ts';

const functions = (heading: string): string => `mlorek/frostlake: docs/functions.md, "${heading}"`;
const refused = (sql: string, messageContains: string, source: string): Fact => ({
  name: `${sql} is refused`,
  sql: `SELECT ${sql}`,
  expect: { error: { messageContains } },
  source,
});
const scaled = [
  'CREATE TABLE scaled (four NUMBER(8,4), two NUMBER(8,2))',
  'INSERT INTO scaled VALUES (0, 2.345)',
];

testFacts('numbers as text', [
  ...valuesOf('mlorek/frostlake: SmallNumberTextTest', [
    ['TO_VARCHAR(0::NUMBER(30,12))', '0.000000000000'],
    ['(0::NUMBER(30,12))::VARCHAR', '0.000000000000'],
    ["0::NUMBER(38,20) || ''", '0.00000000000000000000'],
    ['TO_VARCHAR(0.0000003::NUMBER(9,7))', '0.0000003'],
    ['TO_VARCHAR(-0.0000003)', '-0.0000003'],
    ['(0.0000003::NUMBER(7,7))::VARCHAR', '0.0000003'],
  ]),
  ...valuesOf('mlorek/frostlake: ExponentLiteralTest', [
    ['TO_VARCHAR(7e0)', '7'],
    ['TO_VARCHAR(25e-4)', '0.0025'],
    ['TO_VARCHAR(4E+2)', '400'],
    ['TO_VARCHAR(1e20)', '100000000000000000000'],
    ['TO_VARCHAR(-3.25e21)', '-3250000000000000000000'],
    ['TO_VARCHAR(CAST(2e0 AS NUMBER(6,3)))', '2.000'],
  ]),
  ...['four', 'two'].map((column, i) => ({
    name: `a column keeps the zeros of its scale: ${column}`,
    setup: scaled,
    sql: `SELECT '<' || TO_VARCHAR(${column}) || '>' FROM scaled`,
    expect: { value: ['<0.0000>', '<2.35>'][i] ?? '' },
    source: 'mlorek/frostlake: testkit, constraints-type-coercion',
  })),
  {
    name: 'an integer of 63 bits comes whole',
    sql: 'SELECT 9007199254740993777',
    expect: { rows: [['9007199254740993777']] },
    source: 'snowflakedb/snowflake-connector-nodejs: test/integration/testDataType.js',
  },
]);

const division = 'mlorek/frostlake: DivisionScaleTest';

testFacts('arithmetic', [
  ...valuesOf(division, [
    ['1/7', '0.142857'],
    ['5/6', '0.833333'],
    ['0.5/6', '0.0833333'],
    ['-5/6', '-0.833333'],
    ['9/4', '2.250000'],
  ]),
  ...valuesOf(functions('rounding family'), [
    ['ROUND(-4.5)', '-5'],
    ["ROUND(4.5, 0, 'HALF_TO_EVEN')", '4'],
    ["ROUND(5.5, 0, 'half_to_even')", '6'],
    ["ROUND(-4.5, 0, 'HALF_TO_EVEN')", '-4'],
    ["ROUND(1.25, 1, 'HALF_TO_EVEN')", '1.2'],
    ["ROUND(1.251, 1, 'HALF_TO_EVEN')", '1.3'],
    ["ROUND(4.5, 0, 'HALF_AWAY_FROM_ZERO')", '5'],
    ['CEIL(-3.5)', '-3'],
    ['FLOOR(-3.5)', '-4'],
    ['TRUNC(-2.78, 1)', '-2.7'],
    ['GETBIT(11, 0)', '1'],
    ['GETBIT(11, 2)', '0'],
    ['GETBIT(11, 40)', '0'],
    ['UNIFORM(9, 9, RANDOM())', '9'],
  ]),
  refused(
    "ROUND(1.5::FLOAT, 0, 'HALF_TO_EVEN')",
    'too many arguments',
    functions('rounding family'),
  ),
  ...valuesOf(functions('WIDTH_BUCKET'), [
    ['WIDTH_BUCKET(35, 0, 100, 10)', '4'],
    ['WIDTH_BUCKET(-0.1, 0, 100, 10)', '0'],
    ['WIDTH_BUCKET(100, 0, 100, 10)', '11'],
    ['WIDTH_BUCKET(0.29, 0, 1, 100)', '30'],
    ['WIDTH_BUCKET(0.29::FLOAT, 0, 1, 10)', '3'],
    ['WIDTH_BUCKET(100, 100, 0, 10)', '1'],
    ['WIDTH_BUCKET(0, 100, 0, 10)', '11'],
    ['WIDTH_BUCKET(101, 100, 0, 10)', '0'],
  ]),
  ...valuesOf('mlorek/frostlake: docs/functions.md, "SEQ"', [
    ['COUNT(*) FROM (SELECT SEQ4() FROM TABLE(GENERATOR(ROWCOUNT => 11)))', '11'],
  ]),
  ...valuesOf('snowflakedb/snowflake-connector-python: test_async_exec_multi, test_cursor', [
    ['COUNT(*) > 0 FROM TABLE(GENERATOR(TIMELIMIT => 1))', 'TRUE'],
    ['LENGTH(RANDSTR(9, RANDOM()))', '9'],
    [
      'COUNT(DISTINCT r) > 1 FROM (SELECT RANDSTR(9, RANDOM()) r FROM TABLE(GENERATOR(ROWCOUNT => 9)))',
      'TRUE',
    ],
  ]),
]);

testFacts('numbers from text', [
  ...valuesOf(functions('TRY_TO_'), [
    ["TRY_TO_NUMBER('42', 38, 0)", '42'],
    ["TRY_TO_NUMBER('forty', 38, 0)", null],
    ["TRY_TO_NUMBER('2.5', 38, 0)", '3'],
    ["TRY_TO_NUMBER('3e2', 38, 0)", '300'],
    ['TRY_CAST(NULL AS NUMBER)', null],
  ]),
  refused(
    'TRY_TO_NUMBER(42)',
    'Function TRY_CAST cannot be used with arguments of types',
    functions('TRY_TO_'),
  ),
  refused(
    'TRY_CAST(42 AS DATE)',
    'Function TRY_CAST cannot be used with arguments of types',
    functions('TRY_TO_'),
  ),
  refused(
    "TO_NUMBER('9,876.5')",
    "Numeric value '9,876.5' is not recognized",
    functions('Conversion'),
  ),
  refused(
    "'two' = 2",
    "Numeric value 'two' is not recognized",
    'mlorek/frostlake: docs/operators.md',
  ),
  ...valuesOf('docs.snowflake.com/en/sql-reference/functions/to_decimal', [
    ["TO_NUMBER('7F', 'XX')", '127'],
    ["TO_NUMBER('7f', 'XXXX')", '127'],
    ["TO_NUMBER('12,345.67', '999,999.99', 8, 2)", '12345.67'],
  ]),
  refused(
    "TO_NUMBER('405.958', '9,999.99')",
    "Can't parse '405.958' as number with format '9,999.99'",
    functions('Conversion'),
  ),
  ...['abcd', 'no number'].map((text, i) => ({
    name: `'${text}' does not go into a column of ${i === 0 ? 'VARCHAR(3)' : 'NUMBER'}`,
    setup: ['CREATE TABLE narrow (v VARCHAR(3), n NUMBER(10,0))'],
    sql: `INSERT INTO narrow (${i === 0 ? 'v' : 'n'}) VALUES ('${text}')`,
    expect: { error: {} },
    source: 'mlorek/frostlake: testkit, constraints-type-coercion',
  })),
]);
