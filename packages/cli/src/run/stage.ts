import { logProgress, tellAll } from '@snowmelt/wiring';
import {
  noticeWaits,
  type LogFields,
  type Logger,
  type RunObserver,
  type TableJob,
} from '@snowmelt/core';

import { makeLogger, type LogFlags } from '../base/setup.ts';
import { startProgress, trackProgress } from '../progress/progress-state.ts';

/** Where a command shows how its work goes on. */
export interface Stage extends Disposable {
  readonly log: Logger;
  readonly waitsFor: () => string | undefined;
  readonly observer: RunObserver;
  readonly tellStop: (line: string) => void;
}

/** A live display on a terminal, log lines anywhere else; `fields` stand in each line. */
export async function openStage(
  jobs: readonly TableJob[],
  flags: LogFlags,
  fields?: LogFields,
): Promise<Stage> {
  if (!hasTerminal()) {
    const { log, now: waitsFor } = noticeWaits(makeLogger(flags, { fields }));
    const tellStop = (line: string): void => log.warn('stopping', { message: line });
    const observer = logProgress(log);
    return { log, waitsFor, observer, tellStop, [Symbol.dispose]: () => undefined };
  }
  const { showLive } = await import('../progress/live-display.ts');
  const progress = startProgress(jobs, Date.now());
  const display = showLive(progress, process.stderr);
  const write = (line: string): void => display.print(line);
  const { log, now: waitsFor } = noticeWaits(makeLogger(flags, { write, fields }));
  progress.waitsFor = waitsFor;
  return {
    log,
    waitsFor,
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
