import type { CatalogTable, CatalogView } from '../../catalog/catalog-objects.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import type { SqlType } from '../sql-type.ts';
import type { Call, Expr, Query, TableRef, Travel } from '../syntax/tree.ts';

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

/** What a statement is compiled in: its session's state, its bindings, and the catalog. */
export interface Environment {
  readonly user: string;
  readonly sessionId: number;
  readonly role: string | undefined;
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly warehouse: string | undefined;
  readonly account: string;
  /** When the statement started, in nanoseconds since the epoch. */
  readonly nowNs: bigint;
  parameter(name: string): string | number | boolean | undefined;
  /** The value bound to `?` number n, or `:n`. */
  binding(key: string): Typed;
  /** A table or view by its name; throws 002003. */
  find(parts: readonly string[]): CatalogTable | CatalogView;
  /** A view of INFORMATION_SCHEMA; undefined if the name is no such view. */
  informationSchema(parts: readonly string[]): QueryPlan | undefined;
  informationFunction(name: string): QueryPlan | undefined;
  /** What tables hold at the point a query names; the present when undefined. */
  snapshot(travel: Travel | undefined): Snapshot;
  /** Throws 000707 if the object has no past at that point, 000002 if its kind has none. */
  checkTravel(object: CatalogTable | CatalogView, travel: Travel): void;
  /** The value of a call that was evaluated beforehand (an extension's function). */
  evaluated(call: Call): string | null | undefined;
  /** The query of a view, to be compiled as if written in the view's own schema. */
  viewQuery(
    view: CatalogView,
    travel: Travel | undefined,
  ): { readonly query: Query; readonly env: Environment };
  /** The ids of the session's open transaction, and of the one before. */
  readonly transaction: bigint | undefined;
  readonly lastTransaction: bigint | undefined;
  queryId(index: number): string | undefined;
  resultScan(queryId: string): QueryPlan;
  /** The time travel that a view's reader asked for; it holds for all tables under the view. */
  readonly inherited?: Pick<TableRef, 'travel'>;
  /** A number that no other call of this statement gets. */
  unique(): number;
}
