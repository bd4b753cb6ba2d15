import { systemClock, type Clock } from '@snowmelt/core';

export interface ManualClock extends Clock {
  /** Moves the clock and wakes whoever slept until then. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until it is moved. */
export function manualClock(start = new Date('2026-01-01T00:00:00Z')): ManualClock {
  let now = start.getTime();
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => new Date(now),
    monotonic: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const leave = (settle: () => void) => () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        // oxlint-disable-next-line prefer-promise-reject-errors -- the signal's own reason
        const abort = leave(() => reject(signal?.reason));
        const sleeper = { until: now + milliseconds, wake: leave(resolve) };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
        if (signal?.aborted === true) abort();
      }),
    advance(milliseconds) {
      now += milliseconds;
      const awake = [...sleepers].filter(({ until }) => until <= now);
      for (const { wake } of awake) wake();
    },
  };
}

/** Real time, `factor` times as fast: waits, leases and renewals keep their proportions. */
export function fastClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => new Date(start + (Date.now() - start) * factor),
    monotonic: () => systemClock.monotonic() * factor,
    sleep: (milliseconds, signal) => systemClock.sleep(milliseconds / factor, signal),
  };
}
