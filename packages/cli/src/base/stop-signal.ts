import { SnowmeltError } from '@snowmelt/core';

import { exitCodes } from '../failure/exit-codes.ts';

/** npm and some shells hand the same Ctrl-C on a second time; milliseconds. */
const echoTime = 500;

export interface StopSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * The first Ctrl-C (or SIGTERM) asks for a clean end: chunks in flight roll back and are given
 * back. The second one ends the process at once; the next run finds out what was done.
 */
export function listenForStop(tell: (line: string) => void): StopSignal {
  const stop = new AbortController();
  let first = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted && Date.now() - first < echoTime) return;
    if (stop.signal.aborted) process.exit(exitCodes.stopped);
    first = Date.now();
    tell(`${name}: stopping; chunks in flight are rolled back. Once more ends at once.`);
    stop.abort(new SnowmeltError('RUN.STOPPED', `stopped by ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
