import { testFacts, type Fact } from './facts.ts';

const documented = (page: string): string => `docs.snowflake.com/en/sql-reference/${page}`;

function value(sql: string, expected: string | null, source: string): Fact {
  return { name: sql, sql: `SELECT ${sql}`, expect: { value: expected }, source };
}

const parse = documented('functions/parse_json');
const node = 'snowflakedb/snowflake-connector-nodejs: test/integration/testDataType.js';
const loose = "PARSE_JSON('{a : 1 , b :[1 , 2 , 3, -Infinity, undefined], c : {a : 1}}')";

testFacts('PARSE_JSON takes more than JSON', [
  value(`${loose}:a`, '1', node),
  value(`${loose}:b[2]`, '3', node),
  value(`${loose}:c:a`, '1', node),
  value(`ARRAY_SIZE(${loose}:b)`, '5', node),
  value(`${loose}:b[3]::FLOAT = '-inf'::FLOAT`, 'TRUE', node),
  value(`${loose}:b[4] IS NULL`, 'TRUE', node),
  value(
    "PARSE_JSON('{ name:[1, 2, 3, 4]}'):name[3]::INT",
    '4',
    'snowflakedb/snowflake-connector-python: test/integ/test_dbapi.py',
  ),
  {
    name: 'a key that an object repeats is an error',
    sql: `SELECT PARSE_JSON('{"a":1,"a":2}')`,
    expect: { error: { code: '100069' } },
    source: parse,
  },
  value(`TRY_PARSE_JSON('{"a":1,"a":2}') IS NULL`, 'TRUE', documented('functions/try_parse_json')),
  value(`TO_JSON(PARSE_JSON('{"a":1,"a":2}', 'd'))`, '{"a":2}', parse),
]);

testFacts('values of VARIANTs', [
  value(`TO_JSON(PARSE_JSON('{"z":1,"B":2,"a":3}'))`, '{"B":2,"a":3,"z":1}', parse),
  value("PARSE_JSON('1') = PARSE_JSON('1.0')", 'TRUE', parse),
  value('TO_VARIANT(1::FLOAT) = TO_VARIANT(1)', 'TRUE', parse),
  value(`PARSE_JSON('{"a":1,"b":2}') = PARSE_JSON('{"b":2,"a":1}')`, 'TRUE', parse),
  value('(TO_VARIANT(0.1::FLOAT)::FLOAT = 0.1::FLOAT)', 'TRUE', parse),
  value("PARSE_JSON('10') > 9", 'TRUE', parse),
  value("PARSE_JSON('1e0')::BOOLEAN", 'TRUE', documented('functions/to_boolean')),
  value(
    "TO_JSON(MAP_CONSTRUCT('b', 1, 'a', 2)::VARIANT)",
    '{"a":2,"b":1}',
    documented('data-types-structured'),
  ),
]);

const python =
  'snowflakedb/snowflake-connector-python: test/integ/test_arrow_result.py#test_datatypes';
const indent = documented('parameters#json-indent');
const strict = documented('parameters#strict-json-output');
const shown = (sql: string, expected: string, source: string, parameters = ''): Fact => ({
  name: `${sql} ${parameters}`,
  setup: parameters === '' ? [] : [`ALTER SESSION SET ${parameters}`],
  sql: `SELECT PARSE_JSON('${sql}')`,
  expect: { value: expected },
  source,
});

testFacts('a result shows VARIANTs as the session says', [
  shown('[2.2,3.3]', '[\n  2.2,\n  3.3\n]', python),
  shown('{"foo":"bar"}', '{\n  "foo": "bar"\n}', python),
  shown('{"a":[]}', '{\n    "a": []\n}', indent, 'JSON_INDENT = 4'),
  shown('{"a":[1,2]}', '{"a":[1,2]}', indent, 'JSON_INDENT = 0'),
  shown('[,NaN]', '[null,"NaN"]', strict, 'STRICT_JSON_OUTPUT = TRUE JSON_INDENT = 0'),
  {
    name: 'JSON_INDENT does not reach TO_VARCHAR',
    setup: ['ALTER SESSION SET JSON_INDENT = 2'],
    sql: "SELECT TO_VARCHAR(ARRAY_CONSTRUCT('a'))",
    expect: { value: '["a"]' },
    source: 'mlorek/frostlake: JsonIndentTest',
  },
]);
