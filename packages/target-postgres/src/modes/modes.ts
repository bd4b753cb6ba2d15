import type { Finding, LoadMode, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { append } from './append/append.ts';
import { changes } from './changes/changes.ts';
import { insertOnly, upsert } from './merge/upsert.ts';
import type { Mode } from './shared/mode.ts';
import { swap } from './swap/swap.ts';
import { truncate } from './truncate/truncate.ts';

type PlanOf<Name extends LoadMode> = Extract<TablePlan, { mode: Name }>;

const byName: { readonly [Name in LoadMode]: Mode<PlanOf<Name>> } = {
  append,
  truncate,
  swap,
  upsert,
  'insert-only': insertOnly,
  changes,
};

/** `modes[table.mode]` is asked for `table` only: that these belong together, no type can say. */
export const modes = byName as unknown as Readonly<Record<LoadMode, Mode>>;

/** The mode of this run, and that of those which go on from it by the changes of the source. */
export function lastingModes(table: {
  readonly mode: LoadMode;
  readonly changes?: unknown;
}): readonly LoadMode[] {
  return table.changes === undefined ? [table.mode] : [table.mode, 'changes'];
}

/** What may stand in the way of this run and of those that go on from it. */
export async function checkModes(
  session: Session,
  table: TablePlan,
  of: 'checks' | 'checksOfNew',
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const checks = new Set(lastingModes(table).flatMap((mode) => modes[mode][of]));
  for (const check of checks) found.push(...(await check(session, table)));
  return found;
}
