import { createLogUpdate } from 'log-update';

import type { Progress } from './progress-state.ts';
import { renderProgress } from './render-progress.ts';

export interface LiveDisplay extends Disposable {
  /** A line that stays, above what is drawn anew. */
  print(line: string): void;
}

const drawEvery = 200;

/** Draws `progress` on a terminal until it is disposed; the last picture stays. */
export function showLive(progress: Progress, stream: NodeJS.WriteStream): LiveDisplay {
  // The lines are cut to the width already.
  const update = createLogUpdate(stream, { defaultWidth: 80 });
  const draw = (): void => {
    const view = { width: (stream.columns ?? 80) - 1, height: stream.rows ?? 24, now: Date.now() };
    update(renderProgress(progress, view).join('\n'));
  };
  const timer = setInterval(draw, drawEvery);
  draw();
  return {
    print(line) {
      update.clear();
      stream.write(`${line}\n`);
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}
