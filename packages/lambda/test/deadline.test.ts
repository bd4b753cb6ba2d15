import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { watchDeadline } from '../src/deadline.ts';

describe('the end of an invocation', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['15 minutes with the usual buffer', 900, 120, 120],
    ['5 minutes, of which a fifth is the most', 300, 120, 60],
    ['10 seconds', 10, 120, 2],
  ])('in %s: no new chunk, a stop, an answer', async (_name, seconds, asked, buffer) => {
    using deadline = watchDeadline(() => seconds * 1000, asked);
    let answered = false;
    void deadline.answer.then(() => (answered = true));
    const states = async () => {
      await Promise.resolve();
      return [deadline.lastCall.aborted, deadline.stop.aborted, answered];
    };
    vi.advanceTimersByTime((seconds - buffer) * 1000 - 1);
    expect(await states()).toEqual([false, false, false]);
    vi.advanceTimersByTime(1);
    expect(await states()).toEqual([true, false, false]);
    vi.advanceTimersByTime(buffer * 500);
    expect(await states()).toEqual([true, true, false]);
    vi.advanceTimersByTime(buffer * 375);
    expect(await states()).toEqual([true, true, true]);
    expect(deadline.lastCall.reason).toMatchObject({ code: 'RUN.STOPPED' });
  });

  it('leaves no timer behind', () => {
    watchDeadline(() => 1000, 10)[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  });
});
