import { testFacts, type Fact } from './facts.ts';

const frostlake = 'mlorek/frostlake: ToCharNumericFormatModelTest';
const page = 'docs.snowflake.com/en/sql-reference/sql-format-models';

const prints = (source: string, rows: readonly (readonly [string, string, string])[]): Fact[] =>
  rows.map(([number, model, text]) => ({
    name: `${number} in '${model}' is [${text}]`,
    sql: `SELECT '[' || TO_CHAR(${number}, '${model}') || ']'`,
    expect: { value: `[${text}]` },
    source,
  }));

const refuses = (model: string, messageContains: string): Fact => ({
  name: `the model '${model}' is refused`,
  sql: `SELECT TO_CHAR(1, '${model}')`,
  expect: { error: { messageContains } },
  source: page,
});

testFacts('number format models', [
  ...prints(frostlake, [
    ['171', 'XX', 'AB'],
    ['11', 'XX', ' B'],
    ['300', 'XX', '##'],
    ['171', 'xx', 'ab'],
    ['171', '0XXX', '00AB'],
    ['11', '0x', '0b'],
    ['0', 'XXX', '  0'],
    ['171', 'FMXXXX', 'AB'],
    ['-2', 'XX', 'FE'],
    ['-171', 'SXX', '-AB'],
    ['171', 'SXXX', ' +AB'],
    ['34', '99S', '34+'],
    ['-8', 'MI99', '- 8'],
    ['-8', '99MI', ' 8-'],
    ['-8', '$99', ' -$8'],
    ['-456', '99', '-##'],
    ['456', '99', ' ##'],
    ['-5678', '99,999', ' -5,678'],
    ['-34', '0999', '-0034'],
    ['2.5', '9.9EEEE', ' 2.5E+00'],
    ['25000', '9.9EEE', ' 2.5E+4'],
    ['0.07', '99%', '  7%'],
    ['3', '', ''],
    ['-2.5', 'TM', '-2.5'],
    ['2.5', 'TME', '2.5E0'],
    ['67890', 'TME', '6.789E4'],
    ['1000', 'TME', '1E3'],
    ['2.5', 'tme', '2.5e0'],
  ]),
  ...prints(page, [
    ['34', '99', ' 34'],
    ['-8', '99', ' -8'],
    ['34', 'S99', '+34'],
    ['-8', 'S99', ' -8'],
    ['34', 'FM99', '34'],
    ['-8', 'FM99', '-8'],
    ['1.2', '999,999.999', '       1.2  '],
    ['1234.56', 'S000,000.000', '+001,234.560'],
    ['-123456.789', 'FM999,999.999', '-123,456.789'],
    ['34', '">"99"<"', '> 34<'],
    ['1234', '9D999EE', ' 1.234E3   '],
    ['0.25', 'TM9%', '25%'],
    ['0.5', 'B99.9', '   .5'],
    ['12.5', 'TM9', '12.5'],
    ["'inf'::FLOAT", '99.9', ' ##.#'],
  ]),
  refuses('9Q', "Bad output format model '9Q' for FIXED: invalid numeric format keyword: 'Q'"),
  refuses('9|99', 'unsupported'),
  refuses('TM9(6,3)', 'unsupported'),
  refuses('99.9EE', 'unsupported'),
]);
