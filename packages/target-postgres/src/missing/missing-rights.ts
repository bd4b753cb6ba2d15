import type { Statement, TablePrivilege } from '../modes/shared/mode.ts';

/** Of a table of the configuration, or of a plan. */
export interface Removing {
  readonly deleteMissing?: { readonly how: 'hard' | 'soft' };
}

const privileges = { hard: ['SELECT', 'DELETE'], soft: ['SELECT', 'UPDATE'] } as const;

/** What a role that does not own the table needs on it, so that missing rows are deleted or marked. */
export function missingPrivileges({ deleteMissing }: Removing): readonly TablePrivilege[] {
  return deleteMissing === undefined ? [] : privileges[deleteMissing.how];
}

const statements = { hard: ['DELETE'], soft: ['UPDATE'] } as const;

/** What writes into the target. */
export function missingStatements(deleteMissing: Removing['deleteMissing']): readonly Statement[] {
  return deleteMissing === undefined ? [] : statements[deleteMissing.how];
}

/** Keys of the source are gathered in a table of the schema `snowmelt`. */
export function gathersKeys({ deleteMissing }: Removing): boolean {
  return deleteMissing !== undefined;
}

/** For people, behind the name of the mode. */
export function missingWords(deleteMissing: Removing['deleteMissing']): string {
  return deleteMissing === undefined ? '' : ` with delete_missing: ${deleteMissing.how}`;
}
