import { testFacts, valuesOf, type Fact } from './facts.ts';

const driver = 'snowflakedb/gosnowflake: TestDecfloat';
const decfloat = (rows: readonly (readonly [string, string])[]): Fact[] =>
  valuesOf(
    driver,
    rows.map(([text, value]) => [`'${text}'::DECFLOAT`, value] as const),
  );
const long = '-9.8765432099999998623226732747455716901e-250';

testFacts('DECFLOAT', [
  ...decfloat([
    ['0', '0'],
    ['-3', '-3'],
    ['-2.5', '-2.5'],
    ['4e1', '40'],
    ['-5e3', '-5000'],
    ['1e100', '1e100'],
    ['-2.3456e2', '-234.56'],
    ['-9.87654321E-250', '-9.87654321e-250'],
    ['1.2345678901234567890123456789012345678e37', '12345678901234567890123456789012345678'],
    [long, long],
  ]),
  ...valuesOf('snowflakedb/snowflake-connector-python: test_decfloat_from_compiler', [
    ['987654321.87654321::DECFLOAT', '987654321.87654321'],
  ]),
  ...valuesOf('docs.snowflake.com/en/sql-reference/functions/to_decfloat', [
    ['TO_VARCHAR(2.2::DECFLOAT)', '2.2'],
    [`TO_VARCHAR('${long}'::DECFLOAT)`, long],
  ]),
  {
    name: 'infinity is none',
    sql: "SELECT 'inf'::DECFLOAT",
    expect: { error: { messageContains: 'not recognized' } },
    source: 'mlorek/frostlake: docs/functions.md, "TO_DECFLOAT"',
  },
]);

const embedding = 'mlorek/frostlake: VectorVariantEmbeddingTest';
const vectors = [
  'CREATE TABLE vs (f VECTOR(FLOAT, 2), i VECTOR(INT, 3))',
  'INSERT INTO vs SELECT [2.0, 0.25]::VECTOR(FLOAT, 2), [5, 6, 7]::VECTOR(INT, 3)',
];
const vectorRefusal = (
  name: string,
  sql: string,
  messageContains: string,
  source: string,
): Fact => ({
  name,
  setup: vectors,
  sql,
  expect: { error: { messageContains } },
  source,
});

testFacts('VECTOR', [
  ...valuesOf(
    embedding,
    [
      ['TO_JSON(TO_VARIANT(i)) FROM vs', '[5,6,7]'],
      ['TO_JSON(TO_VARIANT(f)) FROM vs', '[2.000000000000000e+00,2.500000000000000e-01]'],
      ['TO_JSON(f::ARRAY::VARIANT) FROM vs', '[2.000000000000000e+00,2.500000000000000e-01]'],
      [
        "TRANSLATE(TO_JSON([0.7, 3]::VECTOR(FLOAT, 2)::ARRAY::VARIANT), '[]', '{}')",
        '{6.999999880790710e-01,3.000000000000000e+00}',
      ],
    ],
    vectors,
  ),
  ...valuesOf('snowflakedb/snowflake-connector-python: test_select_vector', [
    ['NULL::VECTOR(INT, 4)', null],
  ]),
  ...valuesOf(
    'snowflakedb/snowflake-sqlalchemy: tests/test_vector.py',
    [['COUNT(f) FROM vs', '1']],
    vectors,
  ),
  vectorRefusal(
    'a vector has no text',
    'SELECT TO_VARCHAR(f) FROM vs',
    "invalid type [TO_VARCHAR(VS.F)] for parameter 'TO_VARCHAR'",
    'mlorek/frostlake: VectorTextConversionTest',
  ),
  vectorRefusal(
    'a vector joins no text',
    "SELECT 'v' || f FROM vs",
    "Invalid argument types for function '||': (VARCHAR(1), VECTOR(FLOAT, 2))",
    'mlorek/frostlake: VectorTextConversionTest',
  ),
  vectorRefusal(
    'a dimension ends at 4096',
    'CREATE TABLE wide (v VECTOR(FLOAT, 4097))',
    "invalid vector dimension '4,097'",
    'snowflakedb/snowflake-sqlalchemy: tests/test_vector.py',
  ),
  vectorRefusal(
    'a column takes its own dimension',
    'INSERT INTO vs (f) SELECT [1.0, 2.0, 3.0]::VECTOR(FLOAT, 3)',
    'expression type does not match column data',
    'snowflakedb/snowflake-sqlalchemy: tests/test_vector.py',
  ),
]);

const constructors = 'mlorek/frostlake: GeoConstructorsTest';

testFacts('shapes', [
  ...valuesOf(constructors, [
    ["ST_ASTEXT(TO_GEOGRAPHY('POINT(-73.97 40.78)'))", 'POINT(-73.97 40.78)'],
    ["ST_ASWKT(TO_GEOGRAPHY('LINESTRING(1 2, 3 4)'))", 'LINESTRING(1 2,3 4)'],
    [
      "TO_JSON(ST_ASGEOJSON(TO_GEOGRAPHY('POINT(-73.97 40.78)'))::VARIANT)",
      '{"coordinates":[-73.97,40.78],"type":"Point"}',
    ],
    [
      "HEX_ENCODE(ST_ASWKB(TO_GEOGRAPHY('POINT(2 1)')))",
      '01010000000000000000000040000000000000F03F',
    ],
    [
      "HEX_ENCODE(ST_ASBINARY(TO_GEOMETRY('POINT(2 1)')))",
      '01010000000000000000000040000000000000F03F',
    ],
  ]),
  ...valuesOf('docs.snowflake.com/en/sql-reference/functions/st_asewkb', [
    [
      "HEX_ENCODE(ST_ASEWKB(TO_GEOGRAPHY('POINT(-122.35 37.55)')))",
      '0101000020E61000006666666666965EC06666666666C64240',
    ],
    [
      "HEX_ENCODE(ST_ASEWKB(TO_GEOMETRY('SRID=0;LINESTRING(0.75 0.75, -10 20)')))",
      '01020000200000000002000000000000000000E83F000000000000E83F00000000000024C00000000000003440',
    ],
  ]),
]);
