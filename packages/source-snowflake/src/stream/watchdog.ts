import { SnowmeltError } from '@snowmelt/core';

/**
 * Waits for one sign of life. The time counts only while somebody asks for data: a target that is
 * slow to take them is no fault of the source. Throws `SOURCE.STREAM_BROKEN` after `milliseconds`.
 * `tell`: begins to tell the wait.
 */
export async function withinTime<T>(
  waiting: Promise<T>,
  milliseconds: number,
  tell: () => Disposable = untold,
): Promise<T> {
  using _told = tell();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(stoodStill(milliseconds)), milliseconds);
  try {
    return await Promise.race([waiting, late]);
  } finally {
    clearTimeout(timer);
  }
}

const untold = (): Disposable => ({ [Symbol.dispose]: () => undefined });

function stoodStill(milliseconds: number): SnowmeltError {
  const message = `No data came for ${String(milliseconds / 1000)} s.`;
  return new SnowmeltError('SOURCE.STREAM_BROKEN', message);
}
