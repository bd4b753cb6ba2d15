import type { ColumnSchema, LogicalType } from './table-schema.ts';

/** One column on its way: what is read, and where it goes. */
export interface ColumnPair {
  readonly source: ColumnSchema;
  /** The target column's name as stored. */
  readonly target: string;
  /** What the target column holds; absent where the run creates it as the type map says. */
  readonly targetType?: LogicalType;
  /**
   * Digits of a second that the target keeps, where they are fewer than the source has. The source
   * cuts the rest off, never rounding up (docs/decisions/0004), but for `extraDigits`.
   */
  readonly fractionDigits?: number;
  /** What becomes of digits over `fractionDigits` instead. Absent: they are cut off. */
  readonly extraDigits?: ExtraDigits;
  /**
   * A moment goes into a column without time zone: as it stands in UTC, or as it stands on the clock
   * at its offset. Absent: it does not, or `check` refuses it.
   */
  readonly lostZone?: LostZone;
  /** What the source does with text that the target can't hold. Absent: the target refuses it. */
  readonly unsupportedText?: UnsupportedText;
  /** What the source does with numbers that JSON does not have. Absent: the target refuses them. */
  readonly unsupportedJson?: UnsupportedJson;
  /** The type that a new column gets, as the target spells it, where it is not the one of its type map. */
  readonly newType?: string;
  /** The existing column is given a wider type before rows move; `targetType` is the wider one. */
  readonly widen?: Widening;
}

/**
 * `round`: all digits are sent, and the target rounds. `fail`: a value that has such digits is sent
 * as a text that no column of its type takes, which says why. `text`: the column keeps them as
 * text; a plan that has this for a column of time is refused by `check`.
 */
export type ExtraDigits = 'round' | 'fail' | 'text';

export type LostZone = 'utc' | 'wall_clock';

/** Of U+0000: taken out, or U+FFFD in its place. */
export type UnsupportedText = 'strip' | 'replace';

/** Of NaN and infinities in JSON: null, or their word as a string. */
export type UnsupportedJson = 'null' | 'text';

/** Both as the target's database spells them. */
export interface Widening {
  readonly from: string;
  readonly to: string;
}
