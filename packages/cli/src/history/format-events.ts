import type { RunEvent } from '@snowmelt/core';
import { bold, dim, green, red, yellow } from 'ansis';

import { wrapText } from '../terminal/text-width.ts';
import { formatTime } from '../status/format-status.ts';

const marks: Readonly<Record<RunEvent['event'], string>> = {
  began: dim('·'),
  ended: green('✔'),
  failed: red('✘'),
  tried_again: yellow('↻'),
};

const words: Readonly<Record<RunEvent['event'], string>> = {
  began: 'began',
  ended: 'ended',
  failed: 'failed',
  tried_again: 'was tried again',
};

export function formatEvents(
  run: string,
  events: readonly RunEvent[],
  width: number,
): readonly string[] {
  return [
    bold(`Run ${run}`),
    ...events.flatMap(({ at, of, name, event, text }) => {
      const who = of === 'run' ? 'the run' : `${of} ${name}`;
      const said = text === undefined ? '' : `: ${text}`;
      const line = `${marks[event]} ${formatTime(at)} ${who} ${words[event]}${said}`;
      return wrapText(line, Math.min(width, 200));
    }),
  ];
}
