import { targetDatabases, type Config, type Target, type WorkContext } from '@snowmelt/core';

import { makeContext, makeLogger, type LogFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { openTarget } from '@snowmelt/wiring';

/** Asks one target database after the other. */
export async function inEachTarget<T>(
  { config, flags }: { readonly config: Config; readonly flags: LogFlags },
  ask: (target: Target, database: string, context: WorkContext) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const log = makeLogger(flags);
  await using target = await openTarget(config, log);
  using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
  const context = makeContext(log, stop.signal);
  const answers: T[] = [];
  for (const database of targetDatabases(config)) {
    answers.push(...(await ask(target, database, context)));
  }
  return answers;
}
