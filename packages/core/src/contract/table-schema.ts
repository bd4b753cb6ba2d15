import type { JsonObject } from './json.ts';

/** A table or view by its name as stored: no quoting, no folding left to do. */
export interface TableRef {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

/**
 * What a column holds, in words both sides share. `nativeType` beside it keeps the database's own
 * spelling. `unknown` is a type that an adapter can name but not map.
 */
export type LogicalType =
  | { readonly kind: 'boolean' }
  /** Exact decimal. No precision: unbounded (PostgreSQL's bare `numeric`). */
  | { readonly kind: 'decimal'; readonly precision?: number; readonly scale?: number }
  /** IEEE 754 binary; bits 32 or 64. */
  | { readonly kind: 'float'; readonly bits: 32 | 64 }
  | { readonly kind: 'decfloat' }
  /**
   * `length` in characters. `stored`: blanks are added up to the length and count for nothing
   * (`padded`), or what is too long is cut off without a word (`cut`).
   */
  | { readonly kind: 'text'; readonly length?: number; readonly stored?: 'padded' | 'cut' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'binary'; readonly length?: number }
  | { readonly kind: 'date' }
  /** `precision`: fractional digits of a second. */
  | { readonly kind: 'time'; readonly precision: number }
  /**
   * `zone`: `none` is wall-clock time; `instant` is a point in time without its offset; `offset`
   * is a point in time that keeps the offset it was written with.
   */
  | {
      readonly kind: 'timestamp';
      readonly precision: number;
      readonly zone: 'none' | 'instant' | 'offset';
    }
  /** `shape`: what Snowflake calls VARIANT, OBJECT, ARRAY, MAP. */
  | { readonly kind: 'json'; readonly shape: 'any' | 'object' | 'array' | 'map' }
  | { readonly kind: 'spatial'; readonly model: 'geography' | 'geometry' }
  | {
      readonly kind: 'vector';
      readonly element: 'float' | 'int';
      readonly dimension: number;
    }
  /** From the largest field it holds to the smallest. `precision`: fractional digits of a second. */
  | {
      readonly kind: 'interval';
      readonly from: IntervalField;
      readonly to: IntervalField;
      readonly precision: number;
    }
  | { readonly kind: 'unknown' };

export type IntervalField = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

export interface ColumnSchema {
  readonly name: string;
  readonly type: LogicalType;
  /** As the database spells it, such as `NUMBER(38,0)` or `timestamp with time zone`. */
  readonly nativeType: string;
  /** `nativeType` is a name for this type (PostgreSQL's domain). Absent: it is a type of its own. */
  readonly domain?: ColumnDomain;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** The database computes it; it can't be written (GENERATED ALWAYS AS). */
  readonly generated: boolean;
}

export interface ColumnDomain {
  /** As the database spells it. */
  readonly base: string;
  /** The domain refuses values that the base would take (CHECK). */
  readonly checked: boolean;
}

export interface TableSchema {
  readonly ref: TableRef;
  readonly kind: 'table' | 'view' | 'external' | 'other';
  readonly columns: readonly ColumnSchema[];
  /** Column names in key order; empty where there is none. */
  readonly primaryKey: readonly string[];
  /**
   * Leading columns of what the rows lie in order of: ranges of them are read without the rest of the
   * table. Absent: nothing is known to order it.
   */
  readonly clusterKey?: readonly string[];
  /** What the catalog says, where it says it without a scan. */
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** Names the object: another one under the same name has another. Absent: not known. */
  readonly object?: string;
  /** What the adapter has seen of the object and wants to know again later; nobody else reads it. */
  readonly facts?: JsonObject;
}

export interface ListedSchema {
  readonly database: string;
  readonly schema: string;
  readonly comment?: string;
}

/** A table or view as a catalog lists it, without its columns. */
export interface ListedTable {
  readonly ref: TableRef;
  readonly kind: TableSchema['kind'];
  /** As people call it, with its article: `a table`, `a secure view`. */
  readonly what: string;
  readonly rows?: number;
  readonly bytes?: number;
  readonly comment?: string;
  /** What changes in it can be read. Absent: no, or not known. */
  readonly recordsChanges?: boolean;
}
