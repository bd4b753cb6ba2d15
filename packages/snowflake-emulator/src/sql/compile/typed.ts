import type { SqlType } from '../sql-type.ts';
import type { Expr, Query } from '../syntax/tree.ts';
import type { Environment } from './environment.ts';

/** An expression turned into DuckDB SQL, with the Snowflake type of its stored form. */
export interface Typed {
  readonly sql: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The value of a string or number constant, as text. */
  readonly literal?: string;
}

export interface ScopeColumn {
  readonly name: string;
  readonly value: Typed;
}

/** One item of FROM as names see it. */
export interface Relation {
  /** What may stand before a column: `[ALIAS]`, or `[DB, SCHEMA, TABLE]`. */
  readonly qualifier: readonly string[];
  readonly columns: readonly ScopeColumn[];
  /** Columns that USING merged: not in `*` and not found by their bare name. */
  readonly hidden?: ReadonlySet<string>;
}

export interface Scope {
  readonly relations: readonly Relation[];
  /** Aliases of the SELECT list, which other clauses may name. */
  readonly aliases: ReadonlyMap<string, Expr>;
  readonly parent: Scope | undefined;
  readonly ctes: CteScope | undefined;
}

export interface CteScope {
  readonly name: string;
  readonly physical: string;
  readonly columns: readonly OutputColumn[];
  readonly parent: CteScope | undefined;
}

export interface OutputColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  readonly physical: string;
}

export interface QueryPlan {
  readonly sql: string;
  readonly columns: readonly OutputColumn[];
}

/** What the compiling functions hand to each other: they call back instead of importing in a circle. */
export interface Compiler {
  readonly env: Environment;
  expression(expr: Expr, scope: Scope): Typed;
  query(query: Query, scope: Scope): QueryPlan;
  /** The same in another environment: that of a view. */
  within(env: Environment): Compiler;
}

/** All columns that `*` stands for. */
export function shownColumns({ relations }: Scope): ScopeColumn[] {
  return relations.flatMap(({ columns, hidden }) =>
    columns.filter(({ name }) => hidden?.has(name) !== true),
  );
}

/** A call's surroundings, for functions. */
export interface CallContext {
  readonly compiler: Compiler;
  readonly env: Environment;
  readonly scope: Scope;
  readonly compile: (expr: Expr) => Typed;
}

/** The hidden column of GENERATOR that SEQ4 and its kin read: a name that no SQL can write. */
export const SEQUENCE_COLUMN = '\0SEQ';

/** The hidden column that numbers the rows to the left of a lateral FLATTEN: its SEQ. */
export const ROW_COLUMN = '\0ROW';

export const EMPTY_SCOPE: Scope = {
  relations: [],
  aliases: new Map(),
  parent: undefined,
  ctes: undefined,
};

/** A DuckDB string literal. NUL, which SQL text can't hold, is spliced in by chr(0). */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\0') ? `(${quoted.replaceAll('\0', "' || chr(0) || '")})` : quoted;
}

export function typed(sql: string, type: SqlType, nullable = true): Typed {
  return { sql, type, nullable };
}

function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i += 1) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count -= 1;
  return count;
}

export function textConstant(text: string): Typed {
  return {
    sql: quoteText(text),
    type: { name: 'VARCHAR', length: Math.max(characters(text), 1) },
    nullable: false,
    literal: text,
  };
}
