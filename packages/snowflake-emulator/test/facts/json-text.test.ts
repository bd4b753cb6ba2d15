import { testFacts, type Fact } from './facts.ts';

/** One value, measured on an account by the tests of mlorek/frostlake. */
function value(test: string, sql: string, expected: string): Fact {
  const source = `mlorek/frostlake: ${test}`;
  return { name: sql, sql: `SELECT ${sql}`, expect: { value: expected }, source };
}

const doubles = (sql: string, expected: string): Fact =>
  value('JsonDoubleConversionTextTest', sql, expected);

testFacts('JSON writes doubles as %.15e', [
  doubles('TO_JSON(ARRAY_CONSTRUCT((-2.5)::FLOAT))', '[-2.500000000000000e+00]'),
  doubles("TO_JSON(PARSE_JSON('[0e0]'))", '[0.000000000000000e+00]'),
  doubles("TO_JSON(PARSE_JSON('[-0e0]'))", '[-0.000000000000000e+00]'),
  doubles("TO_JSON(PARSE_JSON('[1e5]'))", '[1.000000000000000e+05]'),
  doubles("TO_JSON(PARSE_JSON('[1e-5]'))", '[1.000000000000000e-05]'),
  doubles("TO_JSON(PARSE_JSON('[1e308]'))", '[1.000000000000000e+308]'),
  doubles("TO_JSON(PARSE_JSON('[12345678901234567890e0]'))", '[1.234567890123457e+19]'),
  doubles("TO_JSON(PARSE_JSON('1.0e0'))", '1.000000000000000e+00'),
  doubles(`TO_JSON(PARSE_JSON('{"a":{"b":1e5}}'))`, '{"a":{"b":1.000000000000000e+05}}'),
  doubles(
    `TO_JSON(PARSE_JSON('[1,1.5,1e5,"1e5",null,true]'))`,
    '[1,1.5,1.000000000000000e+05,"1e5",null,true]',
  ),
  doubles('TO_JSON(TO_VARIANT(1.5::FLOAT))', '1.500000000000000e+00'),
  doubles("OBJECT_CONSTRUCT('k', 1.0::FLOAT)::VARCHAR", '{"k":1.000000000000000e+00}'),
  doubles('TO_JSON(TO_VARIANT(1.7976931348623157e308::FLOAT))', '1.797693134862316e+308'),
]);

const numbers = (sql: string, expected: string): Fact =>
  value('JsonPlainDecimalWidthTest', sql, expected);

testFacts('numbers without an exponent keep their digits', [
  numbers("TO_JSON(PARSE_JSON('[1.50,100.0,0.10]'))", '[1.5,100,0.1]'),
  numbers("TO_JSON(PARSE_JSON('[3.141592653589793]'))", '[3.141592653589793]'),
  numbers("TO_JSON(PARSE_JSON('[-0.0]'))", '[0]'),
  numbers("PARSE_JSON('12345678901234567890.5')::VARCHAR", '12345678901234567890.5'),
  numbers("PARSE_JSON('100.0')::VARCHAR", '100'),
  numbers(
    "TO_JSON(PARSE_JSON('[123456789012345678901234567890123456789]'))",
    '[123456789012345678901234567890123456789]',
  ),
  numbers('TO_JSON(TO_VARIANT(1.50::NUMBER(4,2)))', '1.5'),
  numbers('TO_JSON(ARRAY_CONSTRUCT(3.00::NUMBER(10,2)))', '[3]'),
  numbers("TO_JSON(OBJECT_CONSTRUCT('a', 4.50::NUMBER(10,2)))", '{"a":4.5}'),
]);

const kind = (sql: string, expected: string): Fact =>
  value('DecimalVariantKindTest', `TYPEOF(${sql})`, expected);

testFacts('kinds of values', [
  kind("PARSE_JSON('1e2')", 'DOUBLE'),
  kind('TO_VARIANT(100.0)', 'INTEGER'),
  kind("PARSE_JSON('3.00')", 'INTEGER'),
  kind('TO_VARIANT(3.00::NUMBER(10,2))', 'DECIMAL'),
  kind("PARSE_JSON('True')", 'BOOLEAN'),
]);

const texts = (sql: string, expected: string): Fact =>
  value('VariantDoubleTextTest', `${sql}::VARCHAR`, expected);

testFacts('a double cast to VARCHAR has ten digits', [
  texts('TO_VARIANT(1.5::FLOAT)', '1.5'),
  texts('TO_VARIANT(3::FLOAT)', '3.0'),
  texts("PARSE_JSON('1e2')", '100'),
  texts("PARSE_JSON('1e18')", '1e+18'),
  texts("PARSE_JSON('1e-7')", '1e-07'),
  texts("PARSE_JSON('[8.999999761581421e-01]')[0]", '0.8999999762'),
]);

const holes = (sql: string, expected: string): Fact => value('JsonArrayHoleTest', sql, expected);

testFacts('what is missing in an array is undefined', [
  holes('TO_JSON(ARRAY_CONSTRUCT(1, NULL, 2))', '[1,undefined,2]'),
  holes("TO_JSON(PARSE_JSON('[1,,2]'))", '[1,undefined,2]'),
  holes("TO_JSON(PARSE_JSON('[1,2,]'))", '[1,2,undefined]'),
  holes("TO_JSON(PARSE_JSON('[,]'))", '[undefined]'),
  holes("TO_JSON(PARSE_JSON('[1,UNDEFINED,2]'))", '[1,undefined,2]'),
  holes(`TO_JSON(PARSE_JSON('{"a":1,}'))`, '{"a":1}'),
  holes(`TO_JSON(PARSE_JSON('{"a":undefined}'))`, '{"a":null}'),
  holes("IFF(PARSE_JSON('null') IS NULL, 'yes', 'no')", 'no'),
  holes("TO_JSON(PARSE_JSON('null'))", 'null'),
]);

const nonFinite = (sql: string, expected: string): Fact =>
  value('JsonNonFiniteTest', `TO_JSON(PARSE_JSON('${sql}'))`, expected);

testFacts('numbers that JSON has not are bare words', [
  nonFinite('NaN', 'NaN'),
  nonFinite('inf', 'Infinity'),
  nonFinite('[NaN,Infinity,-Infinity,1]', '[NaN,Infinity,-Infinity,1]'),
  nonFinite('[1e999]', '[Infinity]'),
  nonFinite('TRUE', 'true'),
]);

const escaped = (code: number, expected: string): Fact =>
  value('VariantStringEscapeTest', `TO_JSON(TO_VARIANT('a' || CHR(${code}) || 'b'))`, expected);

testFacts('control characters and DEL are escaped, in small letters', [
  escaped(1, String.raw`"a\u0001b"`),
  escaped(8, String.raw`"a\bb"`),
  escaped(9, String.raw`"a\tb"`),
  escaped(10, String.raw`"a\nb"`),
  escaped(11, String.raw`"a\u000bb"`),
  escaped(12, String.raw`"a\fb"`),
  escaped(13, String.raw`"a\rb"`),
  escaped(31, String.raw`"a\u001fb"`),
  escaped(127, String.raw`"a\u007fb"`),
  escaped(8232, '"a\u2028b"'),
  escaped(65_279, '"a\uFEFFb"'),
  value(
    'VariantStringEscapeTest',
    "TO_VARCHAR(OBJECT_CONSTRUCT('k' || CHR(11), 'v' || CHR(31)))",
    String.raw`{"k\u000b":"v\u001f"}`,
  ),
]);
