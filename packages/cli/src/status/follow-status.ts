import { setTimeout as sleep } from 'node:timers/promises';

import { listenForStop } from '../base/stop-signal.ts';
import type { RunStatusView } from './view-status.ts';

const everyMs = 2000;

type Runs = readonly RunStatusView[];

/**
 * Shows the newest run until it has ended, or Ctrl-C: on a terminal in place, elsewhere whenever it
 * has changed.
 */
export async function followStatus(
  read: () => Promise<Runs>,
  show: (runs: Runs) => readonly string[],
  stream: NodeJS.WriteStream,
): Promise<Runs> {
  using stop = listenForStop(() => undefined);
  const { createLogUpdate } = await import('log-update');
  const update = stream.isTTY ? createLogUpdate(stream, { defaultWidth: 80 }) : undefined;
  let before = '';
  let runs: Runs;
  for (;;) {
    runs = await read();
    const text = show(runs).join('\n');
    if (update !== undefined) update(text);
    else if (text !== before) stream.write(`${text}\n\n`);
    before = text;
    if (runs[0]?.state !== 'running') break;
    await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    if (stop.signal.aborted) break;
  }
  update?.done();
  return runs;
}
