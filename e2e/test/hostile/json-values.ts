import * as fc from 'fast-check';

import { hostileText } from './hostile-text.ts';

const text = hostileText.map((value) => JSON.stringify(value));
const largest = 10n ** 38n - 1n;

/** JSON texts, written without `JSON.stringify` of numbers: they keep all 38 digits. */
export const hostileJson = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    fc.constantFrom('null', 'true', 'false', '0', '-1'),
    fc.bigInt({ min: -largest, max: largest }).map(String),
    fc.integer().map((number) => `${number}.25`),
    tie('object'),
    tie('array'),
  ),
  array: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(text, tie('value')), { maxLength: 4, selector: ([key]) => key })
    .map((pairs) => `{${pairs.map(([key, value]) => `${key}:${value}`).join(',')}}`),
}));
