import type { SqlType } from '../sql-type.ts';

/** The tree of a parsed statement. Names are folded: upper case unless they were quoted. */

export type Expr =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'binding'; readonly key: string }
  | { readonly kind: 'stage'; readonly path: string }
  | { readonly kind: 'column'; readonly parts: readonly string[] }
  | Star
  | Call
  | { readonly kind: 'cast'; readonly expr: Expr; readonly type: SqlType; readonly safe: boolean }
  | { readonly kind: 'unary'; readonly op: '-' | '+' | 'NOT'; readonly expr: Expr }
  | Binary
  | { readonly kind: 'isNull'; readonly expr: Expr; readonly not: boolean }
  | {
      readonly kind: 'between';
      readonly expr: Expr;
      readonly low: Expr;
      readonly high: Expr;
      readonly not: boolean;
    }
  | {
      readonly kind: 'in';
      readonly expr: Expr;
      readonly list: readonly Expr[] | Query;
      readonly not: boolean;
    }
  | Like
  | Case
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'subquery'; readonly query: Query }
  | { readonly kind: 'path'; readonly base: Expr; readonly steps: readonly (string | Expr)[] }
  | { readonly kind: 'tuple'; readonly items: readonly Expr[] }
  | { readonly kind: 'interval'; readonly text: string }
  /** `name => value` in a call. */
  | { readonly kind: 'named'; readonly name: string; readonly value: Expr }
  /** `DEFAULT` in VALUES or SET. */
  | { readonly kind: 'default' };

export interface Star {
  readonly kind: 'star';
  readonly qualifier: readonly string[];
  readonly exclude: readonly string[];
  readonly rename: ReadonlyMap<string, string>;
  readonly like?: string;
}

export interface Binary {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}

export type BinaryOp =
  | 'AND'
  | 'OR'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '||'
  | 'IS DISTINCT FROM'
  | 'IS NOT DISTINCT FROM';

export interface Like {
  readonly kind: 'like';
  readonly op: 'LIKE' | 'ILIKE' | 'RLIKE';
  readonly expr: Expr;
  readonly patterns: readonly Expr[];
  readonly quantifier: 'ANY' | 'ALL';
  readonly escape?: Expr;
  readonly not: boolean;
}

export interface Case {
  readonly kind: 'case';
  readonly operand?: Expr;
  readonly whens: readonly { readonly when: Expr; readonly result: Expr }[];
  readonly otherwise?: Expr;
}

export interface Call {
  readonly kind: 'call';
  /** Upper case. */
  readonly name: string;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly withinGroup?: readonly OrderItem[];
  readonly filter?: Expr;
  readonly nulls?: 'IGNORE' | 'RESPECT';
  readonly over?: Window;
}

export interface Window {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  /** `ROWS BETWEEN … AND …`, made of key words and integers only. */
  readonly frame?: string;
}

export interface OrderItem {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nulls?: 'FIRST' | 'LAST';
}

export interface Query {
  readonly ctes: readonly Cte[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit?: Expr;
  readonly offset?: Expr;
}

export interface Cte {
  readonly name: string;
  readonly columns: readonly string[];
  readonly query: Query;
}

export type QueryBody =
  | Select
  | {
      readonly kind: 'set';
      readonly op: 'UNION' | 'EXCEPT' | 'INTERSECT';
      readonly all: boolean;
      readonly left: QueryBody;
      readonly right: QueryBody;
    }
  | { readonly kind: 'nested'; readonly query: Query }
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expr[])[] };

export interface Select {
  readonly kind: 'select';
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expr;
  readonly groupBy?: 'ALL' | readonly Expr[];
  readonly having?: Expr;
  readonly qualify?: Expr;
  readonly top?: Expr;
}

export interface SelectItem {
  readonly expr: Expr;
  readonly alias?: string;
  /** The item as written, which names an expression's column. */
  readonly text: string;
}

export type FromItem =
  | TableRef
  | {
      readonly kind: 'derived';
      readonly query: Query;
      readonly alias?: Alias;
    }
  | { readonly kind: 'tableFunction'; readonly call: Call; readonly alias?: Alias }
  | Join;

export interface Alias {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface TableRef {
  readonly kind: 'table';
  readonly parts: readonly string[];
  readonly travel?: Travel;
  readonly changes?: Changes;
  readonly alias?: Alias;
}

export interface Travel {
  readonly before: boolean;
  readonly by: 'TIMESTAMP' | 'OFFSET' | 'STATEMENT';
  readonly value: Expr;
}

export interface Changes {
  readonly information: 'DEFAULT' | 'APPEND_ONLY';
  readonly from: Travel;
  readonly end?: Travel;
}

export interface Join {
  readonly kind: 'join';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS';
  readonly natural: boolean;
  readonly left: FromItem;
  readonly right: FromItem;
  readonly on?: Expr;
  readonly using?: readonly string[];
}

/** Parts of a name, the outermost first. */
export type Name = readonly string[];
