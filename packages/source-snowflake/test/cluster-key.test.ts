import { expect, it } from 'vitest';

import { clusterKey } from '../src/describe/objects.ts';

it.each([
  ['', []],
  ['LINEAR(a, b)', ['A', 'B']],
  ['LINEAR(DAY)', ['DAY']],
  ['(DAY, ID)', ['DAY', 'ID']],
  ['LINEAR("day", "with "" and , in it", ID)', ['day', 'with " and , in it', 'ID']],
  ['LINEAR(REGION, TO_DATE(CREATED), ID)', ['REGION']],
  ['LINEAR(TO_DATE(CREATED))', []],
  ['LINEAR(V:key::NUMBER, ID)', []],
  ['something else', []],
])('%s: %j', (printed, names) => {
  expect(clusterKey(printed)).toEqual(names);
});
