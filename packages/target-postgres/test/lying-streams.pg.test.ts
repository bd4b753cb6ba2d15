import { testContext } from '@snowmelt/testkit/context';
import { expect, it } from 'vitest';

import { chunkOf, countRows, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

const context = testContext();
const whole = '1,"a"\n2,"b\nc"\n3,\n';
const on = freshBench({}, async () => {
  await on.target.prepare(planFor(on.database), context);
});

it.each<[string, string, number | undefined, string]>([
  ['cut at the end of a row', whole.slice(0, 6), 3, 'TARGET.ROW_COUNT_MISMATCH'],
  ['cut within a row', whole.slice(0, 8), undefined, 'SOURCE.STREAM_BROKEN'],
  ['cut within quotes', whole.slice(0, 10), undefined, 'SOURCE.STREAM_BROKEN'],
  ['cut at a line end within quotes', whole.slice(0, 11), undefined, 'SOURCE.STREAM_BROKEN'],
  ['of nothing, with rows announced', '', 3, 'TARGET.ROW_COUNT_MISMATCH'],
  ['of fewer rows than announced', whole, 4, 'TARGET.ROW_COUNT_MISMATCH'],
  ['of more rows than announced', whole, 2, 'TARGET.ROW_COUNT_MISMATCH'],
  ['that comes twice', whole.repeat(2), 3, 'TARGET.ROW_COUNT_MISMATCH'],
])('P1: a stream %s never commits, and is tried again', async (_, content, announced, code) => {
  const plan = planFor(on.database);
  const loading = on.target.load(plan, chunkOf('c'), opening(content, announced), context);
  await expect(loading).rejects.toMatchObject({ code, retry: 'chunk' });
  expect(await countRows(on.sql)).toBe(0);
  expect(await on.target.receipts(plan, context)).toEqual([]);
  const again = await on.target.load(plan, chunkOf('c'), opening(whole, 3), context);
  expect(again).toMatchObject({ rows: 3, alreadyLoaded: false });
});
