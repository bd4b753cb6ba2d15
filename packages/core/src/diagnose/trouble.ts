import type { RunId } from '../contract/table-plan.ts';
import { errorCatalog, type ErrorCode } from '../errors/catalog.ts';

/** How bad it is: `wrong` keeps rows from arriving, `waits` may pass by itself, `left` is in nobody's way. */
export const troubleLevels = {
  'not-reached': 'wrong',
  'dead-run': 'wrong',
  'unfinished-run': 'wrong',
  'failed-run': 'wrong',
  'failed-table': 'wrong',
  'failed-chunks': 'wrong',
  'snapshot-ending': 'wrong',
  'tried-again': 'waits',
  'dead-worker': 'waits',
  'lock-wait': 'waits',
  waiting: 'waits',
  'orphan-session': 'left',
  'indexes-missing': 'left',
  'leftover-table': 'left',
  'leftover-stage': 'left',
  'rejected-rows': 'left',
} as const satisfies Record<string, 'wrong' | 'waits' | 'left'>;

export type TroubleKind = keyof typeof troubleLevels;
export type TroubleLevel = (typeof troubleLevels)[TroubleKind];

/** Something that is wrong, and what mends it. */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly level: TroubleLevel;
  readonly message: string;
  /** For people: what to do, also before the command or the statement. */
  readonly fix: string;
  readonly run?: RunId;
  /** The table, for people. */
  readonly table?: string;
  readonly code?: string;
  /** Arguments of `snowmelt` that mend it, or go on after what `fix` says. */
  readonly command?: readonly string[];
  readonly sql?: MendingSql;
}

export interface MendingSql {
  /** `snowflake`, or a database of PostgreSQL. */
  readonly at: 'snowflake' | 'postgres';
  readonly database?: string;
  readonly statement: string;
}

export function trouble(kind: TroubleKind, rest: Omit<Trouble, 'kind' | 'level'>): Trouble {
  return { kind, level: troubleLevels[kind], ...rest };
}

/** What the catalogue advises; of an error that is none of ours, where to look. */
export function fixOf(code: string): string {
  return isKnown(code)
    ? errorCatalog[code].fix
    : 'Read the message, and report it if it names nothing to mend; then run the same command again.';
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalog, code);
}
