import type { Config } from '@snowmelt/core';

import { formatRepair, isSettled } from '../show/repaired.ts';
import {
  repairAll,
  type RepairAsked,
  type RepairUsing,
  type RepairView,
} from '../repair/repair-all.ts';

/** Whoever sits before the command. */
export interface Person {
  show(lines: readonly string[]): void;
  agrees(question: string): Promise<boolean>;
}

/**
 * Shows first what a repair would do, and does it where the person agrees; nothing is asked where
 * there is nothing to do.
 */
export async function repairAfterAsking(
  config: Config,
  asked: RepairAsked,
  using: RepairUsing,
  person: Person,
): Promise<RepairView> {
  const foreseen = await repairAll(config, { ...asked, dryRun: true }, using);
  if (isSettled(foreseen)) return foreseen;
  person.show(formatRepair(foreseen));
  if (!(await person.agrees('Do it? [y/N] '))) return foreseen;
  return repairAll(config, asked, using);
}
