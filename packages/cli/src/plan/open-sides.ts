import type { Config, Source, Target, WorkContext } from '@snowmelt/core';

import { makeContext, makeLogger, type LogFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openSource, openTarget } from '@snowmelt/wiring';

export interface Sides extends AsyncDisposable {
  readonly source: Source;
  readonly target: Target;
  readonly context: WorkContext;
}

/** Source and target for a look that changes nothing; Ctrl-C ends it. */
export async function openSides(config: Config, flags: LogFlags): Promise<Sides> {
  const log = makeLogger(flags);
  await using building = new AsyncDisposableStack();
  const source = building.use(await openSource(config));
  const target = building.use(await openTarget(config, log));
  const stop = building.use(listenForStop((line) => process.stderr.write(`${line}\n`)));
  const resources = building.move();
  return {
    source,
    target,
    context: makeContext(log, stop.signal),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
