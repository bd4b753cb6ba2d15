import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../contract/work-context.ts';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node rejects with an AbortError of its own; callers compare the reason.
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
