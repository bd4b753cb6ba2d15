import { describe, expect, it } from 'vitest';

import { describedCode } from '../../src/index.ts';

describe('the code of a failure as a status row tells it', () => {
  it.each([
    ['TARGET.LOCKED: T waited', 'TARGET.LOCKED'],
    ['RUN.CHUNKS_FAILED: a chunk failed: SOURCE.STATEMENT_FAILED: x', 'SOURCE.STATEMENT_FAILED'],
    [
      'RUN.ONE_CAUSE: 10 of 12 chunks failed for one cause: SOURCE.STATEMENT_FAILED: x',
      'SOURCE.STATEMENT_FAILED',
    ],
    ['RUN.ONE_CAUSE: no chunk would do better: TARGET.RESOURCES: full', 'TARGET.RESOURCES'],
    [
      'RUN.CHUNKS_FAILED: 3 chunks failed: RUN.ONE_CAUSE: no chunk would do better: TARGET.RESOURCES: x',
      'TARGET.RESOURCES',
    ],
    ['RUN.ONE_CAUSE: 10 of 12 chunks failed for one cause: NO.CODE: x', 'RUN.ONE_CAUSE'],
    ['whatever', undefined],
  ])('%s', (text, code) => {
    expect(describedCode(text)).toBe(code);
  });
});
