import type { LoadMode } from './table-plan.ts';

/** What follows from a load mode: whoever depends on it asks for that, and not which mode it is. */
export interface ModeTraits {
  /** Chunks are gathered beside the table, and `publish` puts them in place, all at once. */
  readonly gathers: boolean;
  /** The table is emptied, once a run, before its first chunk. */
  readonly empties: boolean;
  /** In the end the table holds the rows of the run, and no others. */
  readonly replacesAll: boolean;
  /** Each chunk is merged, by key, with the rows that are there. */
  readonly merges: boolean;
  /** Rows that are there stay as they are, whatever comes. */
  readonly leavesRows: boolean;
  /** Nothing finds a row again: what is loaded twice is there twice. */
  readonly onlyAdds: boolean;
}

const none: ModeTraits = {
  gathers: false,
  empties: false,
  replacesAll: false,
  merges: false,
  leavesRows: false,
  onlyAdds: false,
};

/** The modes and what follows from each; what a target does in it is its own. */
export const modeTraits: Readonly<Record<LoadMode, ModeTraits>> = {
  append: { ...none, leavesRows: true, onlyAdds: true },
  truncate: { ...none, empties: true, replacesAll: true },
  swap: { ...none, gathers: true, replacesAll: true },
  upsert: { ...none, merges: true },
  'insert-only': { ...none, merges: true, leavesRows: true },
  changes: { ...none, gathers: true },
};
