import { modeTraits, type LoadMode } from '@snowmelt/core';

import { gathersKeys, missingPrivileges, type Removing } from '../missing/missing-rights.ts';
import { lastingModes, modes } from '../modes/modes.ts';
import type { Rights, TablePrivilege } from '../modes/shared/mode.ts';

/** What decides which statements a load uses: of a table of the configuration, or of a plan. */
export interface Load extends Removing {
  readonly mode: LoadMode;
  readonly changes?: unknown;
  readonly watermark?: unknown;
}

const inOrder: readonly TablePrivilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'];

/**
 * What a role that does not own the table needs on it. Rows are counted or compared when they are in,
 * and looked at after a stop; a key is looked up by ON CONFLICT, which reads its columns
 * (https://www.postgresql.org/docs/current/sql-insert.html).
 */
export function neededPrivileges(load: Load): readonly TablePrivilege[] {
  const needed = new Set<TablePrivilege>([
    ...lastingModes(load).flatMap((mode) => modes[mode].privileges),
    ...missingPrivileges(load),
    ...(load.watermark === undefined ? [] : (['SELECT'] as const)),
  ]);
  return inOrder.filter((privilege) => needed.has(privilege));
}

/** What it needs besides where foreign keys act on rows that go: there, and where the keys belong to. */
export function neededWhereKeysAct(load: Load): Required<Rights>['whereKeysAct'] {
  const needed = lastingModes(load).map((mode) => modes[mode].whereKeysAct);
  return {
    own: needed.flatMap((one) => one?.own ?? []),
    others: [...new Set(needed.flatMap((one) => one?.others ?? []))],
  };
}

/** Chunks are merged from temporary tables. */
export function needsTemporary({ mode }: Load): boolean {
  return modeTraits[mode].merges;
}

/** Rows or keys are gathered in tables of the schema `snowmelt`. */
export function gathersInSnowmelt(load: Load): boolean {
  return lastingModes(load).some((mode) => modeTraits[mode].gathers) || gathersKeys(load);
}

/** To take out what a run that was stopped has added; without it the table is emptied by hand. */
export function privilegesAfterStop({ mode }: Load): readonly TablePrivilege[] {
  return modes[mode].privilegesAfterStop ?? [];
}

export const ledgerPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
