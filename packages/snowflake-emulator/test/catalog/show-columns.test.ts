import { expect, it } from 'vitest';
import { sharedSession } from '../sql/open-session.ts';

const session = sharedSession();

const text = '"type":"TEXT","length":16777216,"byteLength":67108864,"nullable"';
const number = '"type":"FIXED","precision":38,"scale":0,"nullable"';

// Measured by mlorek/frostlake (ShowColumnsDataTypeTest); collation by keboola/php-table-backend-utils.
it.each([
  [
    "VARCHAR(10) COLLATE 'en-cs'",
    '{"type":"TEXT","length":10,"byteLength":40,"nullable":true,"fixed":false,"collation":"en-cs"}',
  ],
  ['ARRAY(NUMBER)', `{"type":"ARRAY","nullable":true,"elementType":{${number}:true}}`],
  ['ARRAY', '{"type":"ARRAY","nullable":true}'],
  [
    'MAP(VARCHAR, NUMBER)',
    `{"type":"MAP","nullable":true,"keyType":{${text}:false,"fixed":false},"valueType":{${number}:true}}`,
  ],
  [
    'OBJECT(a VARCHAR, b NUMBER)',
    `{"type":"OBJECT","nullable":true,"fields":[{"fieldName":"a","fieldType":{${text}:true,"fixed":false}},{"fieldName":"b","fieldType":{${number}:true}}]}`,
  ],
  [
    'VECTOR(INT, 2)',
    `{"type":"VECTOR","nullable":true,"vectorElementType":{${number}:false},"dimension":2}`,
  ],
  ['UUID', '{"type":"UUID","nullable":true}'],
])('SHOW COLUMNS of %s', async (type, json) => {
  await session.run(`CREATE OR REPLACE TABLE kinds (c ${type})`);
  const [row] = await session.run('SHOW COLUMNS IN TABLE kinds');
  expect(row?.[3]).toBe(json);
});
