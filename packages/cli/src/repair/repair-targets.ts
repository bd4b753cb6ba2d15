import type { Config, RepairReport } from '@snowmelt/core';

import type { LogFlags } from '../setup.ts';
import { inEachTarget } from '../wire/in-each-target.ts';

export interface RepairFlags extends LogFlags {
  readonly 'drop-shadows': boolean;
}

/** One database after the other; Ctrl-C leaves the rest for the next time. */
export function repairTargets(
  config: Config,
  flags: RepairFlags,
): Promise<readonly RepairReport[]> {
  const dropShadows = flags['drop-shadows'];
  return inEachTarget({ config, flags }, async (target, database, context) => [
    await target.repair({ database, dropShadows }, context),
  ]);
}
