import { expect, it } from 'vitest';

import { fastClock, manualClock } from '../../src/context.ts';

it('a manual clock stands still until it is moved', async () => {
  const clock = manualClock(new Date('2026-01-01T00:00:00Z'));
  let awake = false;
  const sleeping = clock.sleep(1000).then(() => (awake = true));
  clock.advance(999);
  await Promise.resolve();
  expect(awake).toBe(false);
  clock.advance(1);
  await sleeping;
  expect(clock.now()).toEqual(new Date('2026-01-01T00:00:01Z'));
});

it('a sleeper is woken by its signal, with its reason', async () => {
  const clock = manualClock();
  const reason = new Error('stopped');
  const stop = new AbortController();
  const sleeping = clock.sleep(1000, stop.signal);
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
  await expect(clock.sleep(1000, stop.signal)).rejects.toBe(reason);
});

it('a fast clock keeps waits and times in proportion', async () => {
  const clock = fastClock(1000);
  const started = clock.now().getTime();
  const really = Date.now();
  await clock.sleep(60_000);
  expect(clock.now().getTime() - started).toBeGreaterThanOrEqual(59_000);
  expect(Date.now() - really).toBeLessThan(10_000);
});
