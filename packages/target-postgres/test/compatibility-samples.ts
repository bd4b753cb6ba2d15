import type { LogicalType } from '@snowmelt/core';

export interface Sample {
  readonly title: string;
  readonly type: LogicalType;
  /** Canonical texts, those at the edges among them. */
  readonly texts: readonly string[];
  /** What the source renders for a column of JSON, where that is something else. */
  readonly json?: readonly string[];
}

const decimal = (precision: number, scale: number, ...texts: string[]): Sample => ({
  title: `NUMBER(${precision},${scale})`,
  type: { kind: 'decimal', precision, scale },
  texts,
});

const moment = (
  zone: 'none' | 'instant' | 'offset',
  precision: number,
  ...texts: string[]
): Sample => ({
  title: `timestamp(${precision}) ${zone}`,
  type: { kind: 'timestamp', precision, zone },
  texts,
});

const nines = (count: number): string => '9'.repeat(count);

/** Each kind of source, in the widths that PostgreSQL's types treat differently. */
export const samples: readonly Sample[] = [
  { title: 'BOOLEAN', type: { kind: 'boolean' }, texts: ['t', 'f'] },
  decimal(1, 0, '0', '1', '-1', '9'),
  decimal(4, 0, '0', '1', nines(4), `-${nines(4)}`, '101'),
  decimal(9, 0, '0', '1', nines(9), `-${nines(9)}`, '32768', '20240101'),
  decimal(18, 0, '0', '1', nines(18), `-${nines(18)}`, '2147483648', '101'),
  decimal(
    38,
    0,
    '0',
    '1',
    nines(38),
    `-${nines(38)}`,
    '9223372036854775808',
    '32768',
    '2147483648',
  ),
  decimal(12, 4, '0.0000', '12345678.9012', '-0.0001', '1.0050', `-${nines(8)}.9999`),
  decimal(5, 2, '0.00', '999.99', '-0.01', '1.00'),
  decimal(38, 37, '9.9999999999999999999999999999999999999', `-0.${'0'.repeat(36)}1`),
  {
    title: 'FLOAT',
    type: { kind: 'float', bits: 64 },
    texts: [
      ['0.0000000000000000e+00', '1.0000000000000001e-01', '1.7976931348623157e+308'],
      ['4.9406564584124654e-324', '1.2345678900000000e+07', '-1.0000000000000000e+00'],
      ['NaN', 'Infinity', '-Infinity', '1'],
    ].flat(),
  },
  {
    title: 'DECFLOAT',
    type: { kind: 'decfloat' },
    texts: [
      '0',
      '1',
      '1.2345678901234567890123456789012345678e-50',
      '1e+16384',
      '-1.5',
      '1e-16384',
      '1.2345678901234567890123456789012345678',
    ],
  },
  {
    title: 'VARCHAR',
    type: { kind: 'text' },
    texts: [
      [
        '',
        ' ',
        'a',
        'abc  ',
        `a${' '.repeat(30)}`,
        'abcd',
        'x'.repeat(100),
        '1',
        '1.005',
        '1.23456789012345678',
        't',
      ],
      ['2024-01-01', '2024-01-01T10:11:12.123456789+02:00', '23:59:59.999999999', 'NULL', '{}'],
      [
        '{"a": 1, "a": 2}',
        '{1.23456789012345678,2}',
        '{2024-01-01 10:00}',
        '-1 day',
        '1.1234567 s',
        '101',
        '$1.005',
        '\\x31',
      ],
      ['\\061', 'f353ca91-4fc5-49f2-9b9e-304f83d11914', '(1,2)', '10.0.0.1', 'happy', '7'],
    ].flat(),
  },
  { title: 'VARCHAR(3)', type: { kind: 'text', length: 3 }, texts: ['', 'a', 'ab ', '€äü', '1'] },
  { title: 'UUID', type: { kind: 'uuid' }, texts: ['f353ca91-4fc5-49f2-9b9e-304f83d11914'] },
  {
    title: 'BINARY',
    type: { kind: 'binary' },
    texts: ['\\x', '\\x00ff7f', `\\x${'31'.repeat(40)}`],
  },
  { title: 'DATE', type: { kind: 'date' }, texts: ['0001-01-01', '9999-12-31', '2024-02-29'] },
  {
    title: 'TIME(6)',
    type: { kind: 'time', precision: 6 },
    texts: ['00:00:00.000000', '23:59:59.999999', '12:34:56.500000'],
  },
  {
    title: 'TIME(9)',
    type: { kind: 'time', precision: 9 },
    texts: ['00:00:00.000000000', '23:59:59.999999999'],
  },
  moment('none', 6, '0001-01-01T00:00:00.000000', '9999-12-31T23:59:59.999999'),
  moment('none', 0, '2024-02-29T12:34:56', '1969-12-31T23:59:59'),
  moment('instant', 6, '2024-02-29T12:34:56.123456+05:30', '0001-01-01T00:00:00.000000+00:00'),
  moment('offset', 3, '2024-02-29T12:34:56.123+14:00', '9999-12-31T23:59:59.999-12:00'),
  {
    title: 'VARIANT',
    type: { kind: 'json', shape: 'any' },
    texts: [
      ['null', 'true', '1', '-0.5', '"x"', '"2024-01-01"', '"  "', '[]', '{}', '[1, null]'],
      ['{"a": {"b": [1.50]}}', '12345678901234567890123456789012345678', '"t"'],
      JSON.stringify({ long: 'x'.repeat(100) }),
    ].flat(),
  },
  {
    title: 'GEOGRAPHY',
    type: { kind: 'spatial', model: 'geography' },
    texts: [
      '{"coordinates":[7.44,46.95],"type":"Point"}',
      `{"coordinates":[[0,0],${'[1,1],'.repeat(9)}[2,2]],"type":"LineString"}`,
    ],
  },
  {
    title: 'GEOMETRY',
    type: { kind: 'spatial', model: 'geometry' },
    texts: [
      '0101000020E6100000000000000000F03F0000000000000040',
      '0102000020110F0000020000000000000000000000000000000000000000000000000000000000000000000000F03F'.replace(
        '00000000F03F',
        'F03F000000000000F03F',
      ),
    ],
    json: ['{"coordinates":[1,2],"type":"Point"}'],
  },
  {
    title: 'VECTOR(FLOAT, 2)',
    type: { kind: 'vector', element: 'float', dimension: 2 },
    texts: ['{1.5,-2.25}', '{3.4028235e+38,1e-45}', '{1,2}'],
    json: ['[1.5,-2.25]', '[3.4028235e+38,1e-45]'],
  },
  {
    title: 'VECTOR(INT, 2)',
    type: { kind: 'vector', element: 'int', dimension: 2 },
    texts: ['{1,-2}', '{2147483647,-2147483648}', '{16777217,1}', '{1,0}'],
    json: ['[1,-2]'],
  },
  {
    title: 'INTERVAL YEAR TO MONTH',
    type: { kind: 'interval', from: 'year', to: 'month', precision: 0 },
    texts: ['+1-02', '-178956970-07', '+999999999-11', '+0-00'],
  },
  {
    title: 'INTERVAL DAY TO SECOND(6)',
    type: { kind: 'interval', from: 'day', to: 'second', precision: 6 },
    texts: [
      '+1 days +02:03:04.500000',
      '-999999999 days -23:59:59.999999',
      '+0 days +00:00:00.000000',
    ],
  },
];
