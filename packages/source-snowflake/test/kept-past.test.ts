import type { TableSchema } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { keptPast } from '../src/describe/kept-past.ts';
import { writeFacts } from '../src/describe/objects.ts';

const schema = (facts?: { standard: boolean; retention?: number }): TableSchema => ({
  ref: { database: 'D', schema: 'S', name: 'a"b' },
  kind: 'table',
  columns: [],
  primaryKey: [],
  ...(facts === undefined
    ? {}
    : { facts: writeFacts({ what: 'a table', changeTracking: false, ...facts }) }),
});

it('how long the past of a table is kept is known where its retention is, and can be lengthened to 90 days', () => {
  expect(keptPast(schema({ standard: true, retention: 1 }))).toEqual({
    hours: 24,
    lengthen: 'ALTER TABLE "D"."S"."a""b" SET DATA_RETENTION_TIME_IN_DAYS = 8;',
  });
  expect(keptPast(schema({ standard: true, retention: 88 }))?.lengthen).toMatch(/= 90;$/u);
  expect(keptPast(schema({ standard: true, retention: 0 }))).toBeUndefined();
  expect(keptPast(schema({ standard: false, retention: 1 }))).toBeUndefined();
  expect(keptPast(schema())).toBeUndefined();
});
