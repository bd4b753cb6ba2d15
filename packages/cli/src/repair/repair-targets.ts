import { targetDatabases, type Config, type RepairReport } from '@snowmelt/core';

import { makeContext, makeLogger, type LogFlags } from '../setup.ts';
import { listenForStop } from '../stop-signal.ts';
import { openTarget } from '../wire/adapters.ts';

export interface RepairFlags extends LogFlags {
  readonly 'drop-shadows': boolean;
}

/** One database after the other; Ctrl-C leaves the rest for the next time. */
export async function repairTargets(
  config: Config,
  flags: RepairFlags,
): Promise<readonly RepairReport[]> {
  await using target = await openTarget(config);
  using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
  const context = makeContext(makeLogger(flags), stop.signal);
  const dropShadows = flags['drop-shadows'];
  const reports: RepairReport[] = [];
  for (const database of targetDatabases(config)) {
    reports.push(await target.repair({ database, dropShadows }, context));
  }
  return reports;
}
