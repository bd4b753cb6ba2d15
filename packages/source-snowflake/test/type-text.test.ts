import { describe, expect, it } from 'vitest';

import { typeText } from '../src/describe/columns.ts';

describe('the type in SHOW COLUMNS, as DESCRIBE TABLE spells it', () => {
  it.each([
    ['{"type":"FIXED","precision":10,"scale":2,"nullable":true}', 'NUMBER(10,2)'],
    ['{"type":"REAL","nullable":false}', 'FLOAT'],
    ['{"type":"TEXT","length":9,"byteLength":36,"nullable":true,"fixed":false}', 'VARCHAR(9)'],
    [
      '{"type":"TEXT","length":10,"byteLength":40,"nullable":true,"fixed":false,"collation":"en-cs"}',
      "VARCHAR(10) COLLATE 'en-cs'",
    ],
    ['{"type":"BINARY","length":20,"byteLength":20,"nullable":true,"fixed":true}', 'BINARY(20)'],
    ['{"type":"BOOLEAN","nullable":true}', 'BOOLEAN'],
    ['{"type":"DATE","nullable":true}', 'DATE'],
    ['{"type":"TIME","precision":0,"scale":3,"nullable":true}', 'TIME(3)'],
    ['{"type":"TIMESTAMP_TZ","precision":0,"scale":6,"nullable":true}', 'TIMESTAMP_TZ(6)'],
    ['{"type":"VARIANT","nullable":true}', 'VARIANT'],
    ['{"type":"OBJECT","nullable":true}', 'OBJECT'],
    ['{"type":"ARRAY","nullable":true}', 'ARRAY'],
    ['{"type":"UUID","nullable":true}', 'UUID'],
    ['{"type":"GEOGRAPHY","outputType":"OBJECT","nullable":true}', 'GEOGRAPHY'],
    [
      '{"type":"VECTOR","nullable":true,"vectorElementType":{"type":"REAL","nullable":false},"dimension":3}',
      'VECTOR(FLOAT, 3)',
    ],
    [
      '{"type":"VECTOR","nullable":true,"vectorElementType":{"type":"FIXED","precision":38,"scale":0,"nullable":false},"dimension":2}',
      'VECTOR(INT, 2)',
    ],
  ])('%s', (json, text) => {
    expect(typeText(json)).toBe(text);
  });

  it.each([
    '{"type":"ARRAY","nullable":true,"elementType":{"type":"REAL","nullable":true}}',
    '{"type":"MAP","nullable":true}',
    '{"type":"DECFLOAT","nullable":true}',
    '{"type":"DAY_TIME_INTERVAL","nullable":true}',
    '{"type":"VECTOR","length":3}',
    '{"type":"FIXED","nullable":true}',
    '{"type":"TEXT","length":5,"nullable":true,"something":"new"}',
    'NUMBER(38,0)',
    '',
  ])('leaves to DESCRIBE what it may not say in full: %s', (json) => {
    expect(typeText(json)).toBeUndefined();
  });
});
