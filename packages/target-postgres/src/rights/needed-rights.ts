import type { LoadMode } from '@snowmelt/core';

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

/** What decides which statements a load uses: of a table of the configuration, or of a plan. */
export interface Load {
  readonly mode: LoadMode;
  readonly changes?: unknown;
  readonly deleteMissing?: { readonly how: 'hard' | 'soft' };
  readonly watermark?: unknown;
}

/**
 * Rows are counted or compared when they are in, and looked at after a stop; a key is looked up by ON CONFLICT, which
 * reads its columns (https://www.postgresql.org/docs/current/sql-insert.html).
 */
const ofMode: Readonly<Record<LoadMode, readonly TablePrivilege[]>> = {
  append: ['SELECT', 'INSERT'],
  truncate: ['SELECT', 'INSERT', 'TRUNCATE'],
  swap: ['SELECT', 'INSERT', 'DELETE'],
  upsert: ['SELECT', 'INSERT', 'UPDATE'],
  'insert-only': ['SELECT', 'INSERT'],
  changes: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
};

const inOrder: readonly TablePrivilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'];

/** What a role that does not own the table needs on it. */
export function neededPrivileges(load: Load): readonly TablePrivilege[] {
  const { mode, changes, deleteMissing, watermark } = load;
  const needed = new Set<TablePrivilege>([
    ...ofMode[mode],
    ...(changes === undefined ? [] : ofMode.changes),
    ...(deleteMissing?.how === 'hard' ? (['SELECT', 'DELETE'] as const) : []),
    ...(deleteMissing?.how === 'soft' ? (['SELECT', 'UPDATE'] as const) : []),
    ...(watermark === undefined ? [] : (['SELECT'] as const)),
  ]);
  return inOrder.filter((privilege) => needed.has(privilege));
}

/** Takes out what a run that was stopped has only added; without it the table is emptied by hand. */
export const privilegeAfterStop = 'DELETE';

/** Chunks are merged from temporary tables. */
export function needsTemporary({ mode }: Load): boolean {
  return mode === 'upsert' || mode === 'insert-only';
}

/** Rows or keys are gathered in tables of the schema `snowmelt`. */
export function gathersInSnowmelt({ mode, changes, deleteMissing }: Load): boolean {
  const gathers = mode === 'swap' || mode === 'changes';
  return gathers || changes !== undefined || deleteMissing !== undefined;
}

export const ledgerPrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;
