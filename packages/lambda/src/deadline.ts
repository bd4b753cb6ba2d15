import { SnowmeltError } from '@snowmelt/core';

export interface Deadline extends Disposable {
  /** Milliseconds that the invocation keeps back to record what it has done. */
  readonly buffer: number;
  /** From here on nothing new is begun. */
  readonly lastCall: AbortSignal;
  /** Chunks that are still in flight are rolled back and given back. */
  readonly stop: AbortSignal;
  /** Resolves when an answer has to be given, whatever hangs. */
  readonly answer: Promise<'out of time'>;
}

/** A buffer that people set for 15 minutes must leave something of a shorter invocation. */
const largestShare = 1 / 5;

/**
 * The end of an invocation in three steps: at the buffer nothing new is begun, at half of it what is in
 * flight is given back, at an eighth the answer goes out. `remaining`: milliseconds, as
 * `getRemainingTimeInMillis` of Lambda's context says them.
 */
export function watchDeadline(remaining: () => number, bufferSeconds: number): Deadline {
  const whole = remaining();
  const buffer = Math.min(bufferSeconds * 1000, whole * largestShare);
  const [lastCall, stop] = [new AbortController(), new AbortController()];
  const { promise: answer, resolve } = Promise.withResolvers<'out of time'>();
  const timers = [
    at(whole - buffer, () => lastCall.abort(timeUp())),
    at(whole - buffer / 2, () => stop.abort(timeUp())),
    at(whole - buffer / 8, () => resolve('out of time')),
  ];
  return {
    buffer,
    lastCall: lastCall.signal,
    stop: stop.signal,
    answer,
    [Symbol.dispose]: () => timers.forEach(clearTimeout),
  };
}

function at(milliseconds: number, then: () => void): NodeJS.Timeout {
  return setTimeout(then, Math.max(0, milliseconds));
}

function timeUp(): SnowmeltError {
  return new SnowmeltError('RUN.STOPPED', 'the time of the invocation is nearly up', {
    fix: 'Invoke the function again; it goes on where it stopped.',
  });
}
