import { logProgress, tellAll } from '@snowmelt/wiring';
import type { Logger, RunObserver, TableJob } from '@snowmelt/core';

import { makeLogger, type LogFlags } from '../base/setup.ts';
import { startProgress, trackProgress } from '../progress/progress-state.ts';
import { noticeWaits } from './notice-waits.ts';

/** Where a command shows how its work goes on. */
export interface Stage extends Disposable {
  readonly log: Logger;
  readonly observer: RunObserver;
  readonly tellStop: (line: string) => void;
}

/** A live display on a terminal, log lines anywhere else. */
export async function openStage(jobs: readonly TableJob[], flags: LogFlags): Promise<Stage> {
  if (!hasTerminal()) {
    const log = makeLogger(flags);
    const tellStop = (line: string): void => log.warn('stopping', { message: line });
    return { log, observer: logProgress(log), tellStop, [Symbol.dispose]: () => undefined };
  }
  const { showLive } = await import('../progress/live-display.ts');
  const progress = startProgress(jobs, Date.now());
  const display = showLive(progress, process.stderr);
  const log = makeLogger(flags, (line) => display.print(line));
  return {
    log: noticeWaits(log, progress),
    observer: tellAll([trackProgress(progress, Date.now), logProgress(log)]),
    tellStop(line) {
      progress.stopping = true;
      display.print(line);
    },
    [Symbol.dispose]: () => display[Symbol.dispose](),
  };
}

/** A live display may be drawn on stderr. */
export function hasTerminal(): boolean {
  return process.stderr.isTTY && process.env['TERM'] !== 'dumb';
}
