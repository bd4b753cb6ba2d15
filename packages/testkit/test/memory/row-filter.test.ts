import { expect, it } from 'vitest';

import { sampleColumns } from '../../src/conformance/sample-plan.ts';
import { rowFilter } from '../../src/memory/row-filter.ts';

const rows = [
  ['9', 'it', '1.50'],
  ['10', "it's", '10.00'],
  ['-1', null, null],
];

it.each([
  [undefined, ['9', '10', '-1']],
  ['ID < 10', ['9', '-1']],
  ['"ID" >= 9', ['9', '10']],
  ['AMOUNT = 1.5', ['9']],
  ["NAME = 'it''s'", ['10']],
  ["NAME <> 'it'", ['10']],
  ['NAME IS NULL', ['-1']],
  ['name IS NOT NULL'.replace('name', 'NAME'), ['9', '10']],
])('%s keeps %j', (filter, ids) => {
  expect(rows.filter(rowFilter(filter, sampleColumns)).map(([id]) => id)).toEqual(ids);
});

it.each(['ID < 10 OR TRUE', 'MISSING = 1', '1 = 1', ''])('refuses %j', (filter) => {
  expect(() => rowFilter(filter, sampleColumns)).toThrow(
    expect.objectContaining({ code: 'SOURCE.STATEMENT_FAILED' }),
  );
});
