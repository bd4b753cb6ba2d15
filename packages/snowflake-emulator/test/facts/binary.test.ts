import { testFacts, valuesOf } from './facts.ts';

const typed = 'mlorek/frostlake: BinaryTypedValuesTest';
const python =
  'snowflakedb/snowflake-connector-python: test_insert_binary_select, test_binary_list_parameter_in_query';

testFacts('binary', [
  ...valuesOf(typed, [
    ["x'C0DE'::VARCHAR", 'C0DE'],
    ["'c0de'::BINARY::VARCHAR", 'C0DE'],
    ["TO_JSON(ARRAY_CONSTRUCT(x'C0DE'))", '["C0DE"]'],
    ["TO_JSON(ARRAY_CONSTRUCT(TO_BINARY('C0DE')))", '["C0DE"]'],
    ["TO_BINARY('C0DE')::VARCHAR", 'C0DE'],
    ["LENGTH(TO_BINARY('melt', 'UTF-8'))", '4'],
    ["x'0A' < x'0B'", 'TRUE'],
    ["HEX_DECODE_BINARY('6d656c74')::VARCHAR", '6D656C74'],
    ["TO_BINARY('ü', 'utf-8')::VARCHAR", 'C3BC'],
    ["TO_CHAR(X'6D656C7420E29883', 'utf-8')", 'melt ☃'],
    ["TO_CHAR(TO_BINARY('6D656C7420E29883'), 'utf-8')", 'melt ☃'],
    ["TO_CHAR(TO_BINARY('c0debabe', 'hex'), 'base64')", 'wN66vg=='],
  ]),
  ...valuesOf('docs.snowflake.com/en/sql-reference/functions/hex_encode', [
    ["HEX_ENCODE(x'00AF', 0)", '00af'],
    ["HEX_ENCODE(x'00AF')", '00AF'],
    ["HEX_ENCODE(TO_BINARY('00AF'), 1)", '00AF'],
    ["'\\\\x' || HEX_ENCODE(TO_BINARY('00AF'), 0)", '\\x00af'],
  ]),
  ...valuesOf('docs.snowflake.com/en/sql-reference/functions/md5_number_lower64', [
    ["MD5_NUMBER_UPPER64('Snowflake')", '17145559544104499780'],
    [
      "TO_VARCHAR(MOD(MD5_NUMBER_LOWER64('Snowflake'), 1152921504606846976))",
      '1132855627279354078',
    ],
  ]),
  {
    name: 'bytes order as they are, unsigned',
    setup: ['CREATE TABLE b (v BINARY)', "INSERT INTO b VALUES (x'FE'), (x'02'), (x'7E')"],
    sql: 'SELECT v::VARCHAR FROM b ORDER BY v',
    expect: { rows: [['02'], ['7E'], ['FE']], ordered: true },
    source: typed,
  },
  ...valuesOf(
    python,
    [
      ["(X'00FEDC' = TO_BINARY('00FEDC'))::VARCHAR", 'true'],
      ["COUNT(*) FROM b WHERE v IN (X'0102', X'4363F57D')", '1'],
    ],
    ['CREATE TABLE b (v BINARY)', "INSERT INTO b SELECT TO_BINARY('4363F57D')"],
  ),
  {
    name: 'an odd number of digits is none',
    sql: "SELECT x'ABC'",
    expect: { error: { messageContains: 'not a legal hex-encoded value' } },
    source: 'docs.snowflake.com/en/sql-reference/binary-input-output',
  },
]);
