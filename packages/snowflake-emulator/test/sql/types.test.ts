import { describe, expect, it } from 'vitest';

import { parseDecfloat } from '../../src/sql/values/parse-decfloat.ts';
import { sharedSession } from './open-session.ts';

const session = sharedSession();

const interval = (text: string, type: string): string =>
  `CAST('${text}'::INTERVAL ${type} AS VARCHAR)`;

describe('types beside the common ones', () => {
  it.each<readonly [string, string]>([
    [interval('1-2', 'YEAR TO MONTH'), '+1-02'],
    [interval('-1-11', 'YEAR TO MONTH'), '-1-11'],
    [interval('3', 'YEAR'), '+3'],
    [interval('1 2:3:4.5', 'DAY TO SECOND(6)'), '+1 02:03:04.500000'],
    [interval('-1 02:03', 'DAY TO MINUTE'), '-1 02:03'],
    [interval('-1 02', 'DAY TO HOUR'), '-1 02'],
    [interval('3:04.123456789', 'MINUTE TO SECOND(3)'), '+3:04.123'],
    [interval('61', 'SECOND(9, 0)'), '+61'],
    [
      "CAST('F353CA91-4FC5-49F2-9B9E-304F83D11914'::UUID AS VARCHAR)",
      'f353ca91-4fc5-49f2-9b9e-304f83d11914',
    ],
    ["TO_VARCHAR('1.50'::DECFLOAT)", '1.5'],
    ['TO_VARCHAR(2.25::DECFLOAT)', '2.25'],
    ['TO_JSON([1, 2]::ARRAY(NUMBER(38,0))::VARIANT)', '[1,2]'],
    [
      'TO_JSON([1.5, 0, 1e-10]::VECTOR(FLOAT, 3)::ARRAY::VARIANT)',
      '[1.500000000000000e+00,0.000000000000000e+00,1.000000013351432e-10]',
    ],
    ["TO_JSON(OBJECT_CONSTRUCT('a', 1)::MAP(VARCHAR, NUMBER(38,0))::VARIANT)", '{"a":1}'],
    [
      "HEX_ENCODE(ST_ASEWKB(TO_GEOGRAPHY('POINT(1 2)')))",
      '0101000020E6100000000000000000F03F0000000000000040',
    ],
    [
      "HEX_ENCODE(ST_ASEWKB(TO_GEOMETRY('SRID=3857;LINESTRING(0 0, 1 1)')))",
      '0102000020110F00000200000000000000000000000000000000000000000000000000F03F000000000000F03F',
    ],
    [
      "TO_JSON(ST_ASGEOJSON(TO_GEOMETRY('SRID=3857;POINT(1 2)'))::VARIANT)",
      '{"coordinates":[1,2],"type":"Point"}',
    ],
  ])('%s', async (sql, expected) => {
    const rows = await session.run(`SELECT ${sql}`);
    expect(rows).toEqual([[expected]]);
  });

  it.each([
    interval('1-12', 'YEAR TO MONTH'),
    interval('1 24:00:00', 'DAY TO SECOND'),
    interval('x', 'DAY'),
    interval('1000', 'DAY(3)'),
    "'f353ca91'::UUID",
    "'1x'::DECFLOAT",
  ])('%s is refused', async (sql) => {
    await expect(session.run(`SELECT ${sql}`)).rejects.toThrow('is not recognized');
  });

  it('DESCRIBE spells them in full', async () => {
    const types = [
      ['INTERVAL YEAR TO MONTH', 'INTERVAL DAY TO SECOND(6)', 'DECFLOAT', 'UUID', 'GEOMETRY'],
      [
        'ARRAY(INT NOT NULL)',
        'OBJECT(a VARCHAR, "b c" DATE NOT NULL)',
        'MAP(VARCHAR(5), ARRAY(FLOAT))',
      ],
    ].flat();
    const columns = types.map((type, index) => `C${index} ${type}`);
    await session.run(`CREATE TABLE TYPED (${columns.join(', ')})`);
    const rows = await session.run('DESCRIBE TABLE TYPED');
    expect(rows.map((row) => row[1])).toEqual([
      'INTERVAL YEAR(9) TO MONTH',
      'INTERVAL DAY(9) TO SECOND(6)',
      'DECFLOAT(38)',
      'UUID',
      'GEOMETRY',
      'ARRAY(NUMBER(38,0) NOT NULL)',
      'OBJECT(a VARCHAR(16777216), "b c" DATE NOT NULL)',
      'MAP(VARCHAR(5), ARRAY(FLOAT))',
    ]);
  });
});

it.each([
  ['0', '0'],
  ['-0.00', '0'],
  ['00012.300', '12.3'],
  ['1e3', '1000'],
  ['-1.5E-3', '-0.0015'],
  ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ['123456789012345678901234567890123456785', '1.2345678901234567890123456789012345679e38'],
  ['99999999999999999999999999999999999999.9', '1e38'],
  ['1e16383', '1e16383'],
  ['1e-50', '1e-50'],
  ['1e99999', undefined],
  ['.', undefined],
])('DECFLOAT of %s is %s', (text, expected) => {
  expect(parseDecfloat(text)).toBe(expected);
});
