import type { FileView, TableView } from './lenient-view.ts';
import type { KeyPath } from './plain-object.ts';
import type { Problem } from './problems.ts';

/** What `changes: cdc` needs of the other keys of its table, and what contradicts it. */
export function checkChanges(table: TableView): readonly string[] {
  if (table.changes !== 'cdc') return [];
  const refused: readonly (readonly [boolean, string])[] = [
    [
      (table.uniqueness_columns ?? []).length === 0,
      'needs uniqueness_columns: a change finds its row by the key',
    ],
    [
      table.insert_only_mode === true && table.truncate_onstart !== true,
      'does not go with insert_only_mode, which leaves changed rows as they are',
    ],
    [table.snapshot === 'off', 'does not go with snapshot: off: changes lie between two snapshots'],
    [
      (table.delete_missing ?? 'off') !== 'off',
      'does not go with delete_missing: rows that the source has deleted are deleted as it is',
    ],
    [
      table.on_row_error === 'quarantine',
      'does not go with on_row_error: quarantine: a row that was left out can be no base of its changes',
    ],
  ];
  return refused.filter(([applies]) => applies).map(([, problem]) => problem);
}

/** The same of what the whole file says for tables that do not say it. */
export function checkChangesOfFile(
  file: FileView,
  table: TableView,
  path: KeyPath,
): readonly Problem[] {
  if (table.changes !== 'cdc') return [];
  const at = (problem: string): Problem => ({ path: [...path, 'changes'], problem });
  const insertOnly = table.insert_only_mode === undefined && file.insert_only_mode === true;
  const unpinned = table.snapshot === undefined && file.snapshot === 'off';
  return [
    ...(insertOnly && table.truncate_onstart !== true
      ? [at("does not go with the file's insert_only_mode: set it to false for the table")]
      : []),
    ...(unpinned ? [at("does not go with the file's snapshot: off: set it for the table")] : []),
  ];
}
