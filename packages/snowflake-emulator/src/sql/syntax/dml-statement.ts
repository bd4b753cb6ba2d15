import type { Expr, FromItem, Name, Query, TableRef } from './tree.ts';

export interface IntoClause {
  readonly table: Name;
  readonly columns: readonly string[];
  /** Absent: the query's columns in their order. */
  readonly values?: readonly Expr[];
}

/** INSERT ALL | FIRST: rows of one query into several tables. */
export interface InsertAll {
  readonly kind: 'insertAll';
  readonly overwrite: boolean;
  readonly first: boolean;
  /** Without WHEN: one branch for all rows. */
  readonly branches: readonly {
    readonly when?: Expr | 'else';
    readonly into: readonly IntoClause[];
  }[];
  readonly query: Query;
}

export interface Insert {
  readonly kind: 'insert';
  readonly table: Name;
  readonly columns: readonly string[];
  readonly overwrite: boolean;
  /** A VALUES list is a query whose body is `values`. */
  readonly query: Query;
}

export interface Assignment {
  readonly column: string;
  readonly value: Expr;
}

export interface Update {
  readonly kind: 'update';
  readonly table: TableRef;
  readonly set: readonly Assignment[];
  readonly from?: FromItem;
  readonly where?: Expr;
}

export interface Delete {
  readonly kind: 'delete';
  readonly table: TableRef;
  readonly using?: FromItem;
  readonly where?: Expr;
}

export interface Merge {
  readonly kind: 'merge';
  readonly table: TableRef;
  readonly using: FromItem;
  readonly on: Expr;
  readonly whens: readonly MergeWhen[];
}

export interface MergeWhen {
  readonly matched: boolean;
  readonly condition?: Expr;
  readonly action:
    | { readonly kind: 'update'; readonly set: readonly Assignment[] }
    | { readonly kind: 'delete' }
    | {
        readonly kind: 'insert';
        readonly columns: readonly string[];
        readonly values: readonly Expr[];
      };
}
