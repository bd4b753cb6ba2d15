import { testFacts, valuesOf } from './facts.ts';

const text = 'mlorek/frostlake: FloatClientTextTest';
const special =
  'docs.snowflake.com/en/sql-reference/data-types-numeric, "Special values"; mlorek/frostlake: FloatClientTextTest';
const roundTrip = 'markddrake/YADAMU: issue 42 (17 digits by TME on an account)';

testFacts('FLOAT', [
  ...valuesOf(text, [
    ['SQRT(3)::FLOAT::VARCHAR', '1.732050808'],
    ['0.0002::FLOAT::VARCHAR', '0.0002'],
    ['0.00002::FLOAT::VARCHAR', '2e-05'],
    ['5.0::FLOAT::VARCHAR', '5'],
    ['1.7320508075688772e17::FLOAT::VARCHAR', '1.73205080756888e+17'],
    ['9876543210987654321::FLOAT::VARCHAR', '9.87654321098766e+18'],
    ["'NaN'::FLOAT::VARCHAR", 'NaN'],
    ["'inf'::FLOAT::VARCHAR", 'inf'],
    ["'-inf'::FLOAT::VARCHAR", '-inf'],
  ]),
  ...valuesOf('snowflakedb/snowflake-jdbc: issue 1109', [
    ['0.08072205302271099::FLOAT::VARCHAR', '0.08072205302'],
  ]),
  ...valuesOf(special, [
    ["'nan'::FLOAT = 'NaN'::FLOAT", 'TRUE'],
    ["'NaN'::FLOAT > 1e300::FLOAT", 'TRUE'],
    ["'Infinity'::FLOAT = 'inf'::FLOAT", 'TRUE'],
    ["'1e400'::FLOAT = 'inf'::FLOAT", 'TRUE'],
    ["CASE WHEN '-inf'::FLOAT = '-infinity'::FLOAT THEN 'low' END", 'low'],
  ]),
  ...valuesOf(roundTrip, [
    ["TRIM(TO_VARCHAR(2.5::FLOAT, 'TME'))", '2.5E0'],
    ["TRIM(TO_VARCHAR(-0.125::FLOAT, 'TME'))", '-1.25E-1'],
    ["TRIM(TO_VARCHAR(x, 'TME'))::FLOAT = x FROM (SELECT 0.3::FLOAT AS x)", 'TRUE'],
    [
      "TRIM(TO_VARCHAR(x, 'TME'))::FLOAT = x FROM (SELECT 1.7976931348623157e308::FLOAT AS x)",
      'TRUE',
    ],
    ["TRIM(TO_VARCHAR(x, 'TME'))::FLOAT = x FROM (SELECT 9007199254740991::FLOAT AS x)", 'TRUE'],
    ["TRIM(TO_VARCHAR(x, 'TME'))::FLOAT = x FROM (SELECT 5e-324::FLOAT AS x)", 'TRUE'],
  ]),
  {
    name: 'a precision is read, and means nothing',
    setup: ['CREATE TABLE f (a FLOAT(53), b DOUBLE)', 'INSERT INTO f VALUES (3.0, 123.456)'],
    sql: 'SELECT * FROM f',
    expect: { rows: [['3', '123.456']] },
    source: 'snowflakedb/snowflake-connector-python: test_FLOAT; connector-nodejs: testDataType.js',
  },
]);
