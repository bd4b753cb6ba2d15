import { describe, expect, it } from 'vitest';

import { backoff } from '../../src/engine/table/backoff.ts';
import { createSlots } from '../../src/engine/table/slots.ts';

const never = new AbortController().signal;

describe('slots', () => {
  it('P6: no more pieces of work are in flight than there are slots', async () => {
    const slots = createSlots(3);
    let inFlight = 0;
    let most = 0;
    const work = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => slots.run(never, work)));
    expect(most).toBe(3);
  });

  it('gives the slot back when the work fails, and runs nothing once aborted', async () => {
    const slots = createSlots(1);
    await expect(slots.run(never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const aborted = AbortSignal.abort(new Error('stop'));
    await expect(slots.run(aborted, () => Promise.resolve('ran'))).rejects.toThrow('stop');
    await expect(slots.run(never, () => Promise.resolve('ran'))).resolves.toBe('ran');
  });
});

describe('backoff', () => {
  it('doubles from 4 s to 60 s and is up to a half shorter by chance', () => {
    expect([1, 2, 3, 4, 5, 9].map((tries) => backoff(tries, undefined, () => 0))).toEqual([
      4_000, 8_000, 16_000, 32_000, 60_000, 60_000,
    ]);
    expect(backoff(1, undefined, () => 1)).toBe(2_000);
    expect(backoff(3, { first: 100, longest: 300 }, () => 0)).toBe(300);
  });
});
