import { targetDatabases, type Config, type Target, type WorkContext } from '@snowmelt/core';

import { makeContext, makeLogger, type LogFlags } from '../setup.ts';
import { listenForStop } from '../stop-signal.ts';
import { openTarget } from '../wire/adapters.ts';

/** Asks one target database after the other, and gives all answers. */
export async function inTargets<T>(
  config: Config,
  flags: LogFlags,
  ask: (target: Target, database: string, context: WorkContext) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  await using target = await openTarget(config);
  using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
  const context = makeContext(makeLogger(flags), stop.signal);
  const answers: T[] = [];
  for (const database of targetDatabases(config)) {
    answers.push(...(await ask(target, database, context)));
  }
  return answers;
}
