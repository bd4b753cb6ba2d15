import { chunkTransitions } from '@snowmelt/core';
import { expect, test } from 'vitest';

import { statusWords, wordAfter } from '../src/chunk/record.ts';

test('every state has one of the four words of the earlier tool', () => {
  expect(Object.keys(statusWords).sort()).toEqual(Object.keys(chunkTransitions).sort());
  expect(new Set(Object.values(statusWords))).toEqual(
    new Set(['pending', 'in_progress', 'completed', 'failed']),
  );
});

test('what a leased chunk becomes', () => {
  const words = [
    wordAfter({ type: 'loaded', rows: 1, bytes: 1 }),
    wordAfter({ type: 'extracted', chunks: [] }),
    wordAfter({ type: 'retried', error: 'E' }),
    wordAfter({ type: 'failed', error: 'E' }),
    wordAfter({ type: 'released' }),
  ];
  expect(words).toEqual(['completed', 'completed', 'in_progress', 'failed', 'pending']);
});
