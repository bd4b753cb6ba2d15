import { SnowmeltError } from '@snowmelt/core';

import { exitCodes } from '../failure/exit-codes.ts';

/** npm and some shells hand the same Ctrl-C on a second time; milliseconds. */
const echoTime = 500;

/** All that ends by itself has ended by then; milliseconds. */
const mostTime = 9000;

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * The first Ctrl-C (or SIGTERM) asks for a clean end: chunks in flight roll back and are given
 * back. The second one ends the process at once, and so does the end of `mostTime`, whatever hangs;
 * the next run finds out what was done.
 */
export function listenForStop(tell: (line: string) => void): StopSignal {
  const stop = new AbortController();
  let first = 0;
  let late: NodeJS.Timeout | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted && Date.now() - first < echoTime) return;
    if (stop.signal.aborted) process.exit(exitCodes.stopped);
    first = Date.now();
    tell(`${name}: stopping; chunks in flight are rolled back. Once more ends at once.`);
    late = setTimeout(() => {
      tell(
        'Not everything would end in time: its leases run out, and the next run finds what is done.',
      );
      process.exit(exitCodes.stopped);
    }, mostTime);
    late.unref();
    stop.abort(new SnowmeltError('RUN.STOPPED', `stopped by ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      clearTimeout(late);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
