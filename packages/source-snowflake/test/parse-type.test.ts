import { expect, it } from 'vitest';

import { parseType } from '../src/types/parse-type.ts';

it.each([
  ['NUMBER(38,0)', { kind: 'decimal', precision: 38, scale: 0 }],
  ['NUMBER(12, 4)', { kind: 'decimal', precision: 12, scale: 4 }],
  ['FLOAT', { kind: 'float', bits: 64 }],
  ['DECFLOAT(38)', { kind: 'decfloat' }],
  ['VARCHAR(16777216)', { kind: 'text', length: 16_777_216 }],
  ["VARCHAR(10) COLLATE 'en-ci'", { kind: 'text', length: 10 }],
  ['BINARY(8388608)', { kind: 'binary', length: 8_388_608 }],
  ['BOOLEAN', { kind: 'boolean' }],
  ['DATE', { kind: 'date' }],
  ['TIME(9)', { kind: 'time', precision: 9 }],
  ['TIME(0)', { kind: 'time', precision: 0 }],
  ['TIMESTAMP_NTZ(9)', { kind: 'timestamp', precision: 9, zone: 'none' }],
  ['TIMESTAMP_LTZ(3)', { kind: 'timestamp', precision: 3, zone: 'instant' }],
  ['TIMESTAMP_TZ(6)', { kind: 'timestamp', precision: 6, zone: 'offset' }],
  ['VARIANT', { kind: 'json', shape: 'any' }],
  ['OBJECT(a NUMBER(38,0), b VARCHAR(10))', { kind: 'json', shape: 'object' }],
  ['ARRAY(NUMBER(38,0) NOT NULL)', { kind: 'json', shape: 'array' }],
  ['MAP(VARCHAR(16777216), NUMBER(38,0))', { kind: 'json', shape: 'map' }],
  ['GEOGRAPHY', { kind: 'spatial', model: 'geography' }],
  ['VECTOR(FLOAT, 256)', { kind: 'vector', element: 'float', dimension: 256 }],
  ['VECTOR(INT, 3)', { kind: 'vector', element: 'int', dimension: 3 }],
  ['INTERVAL DAY(9) TO SECOND(9)', { kind: 'interval' }],
  ['FILE', { kind: 'unknown' }],
])('%s', (native, type) => {
  expect(parseType(native)).toEqual(type);
});
