/**
 * The line between the SQL engine and those who add statements and functions to it: the stages
 * (`src/stages`) register their commands here and use an {@link EngineSession} to run queries.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DmlStats, ExecuteRequest, SqlEngine, StatementResult } from '../engine/contract.ts';
import type { SqlType } from './sql-type.ts';

/** A statement that the engine hands to a handler: its text, and the words that chose the handler. */
export interface ParsedStatement {
  /** The registered key: `COPY INTO`, `CREATE STAGE`, `LIST`, … */
  readonly kind: string;
  /** The whole statement, without leading comments and trailing semicolon. */
  readonly sql: string;
}

export type StatementHandler = (
  statement: ParsedStatement,
  session: EngineSession,
  request: ExecuteRequest,
  signal: AbortSignal,
) => Promise<StatementResult>;

/**
 * Handlers by leading key words in upper case. `CREATE OR REPLACE TEMPORARY STAGE x` is found under
 * `CREATE STAGE`: OR REPLACE, TEMPORARY, TEMP, TRANSIENT and SECURE are skipped. The longest key wins.
 */
export type StatementHandlers = ReadonlyMap<string, StatementHandler>;

/**
 * A scalar function by its upper-case name whose arguments are constants, or stage references
 * (`@stage/path`, given as that text). It gives the value (text) and is evaluated once a statement.
 */
export type ConstantFunction = (
  args: readonly (string | null)[],
  session: EngineSession,
) => Promise<string | null>;

export interface EngineExtension {
  readonly statements?: StatementHandlers;
  readonly functions?: ReadonlyMap<string, ConstantFunction>;
  /** Called when a schema, or a whole database, is no more. */
  readonly onContainerDrop?: (
    container: { readonly database: string; readonly schema?: string },
    engine: SqlEngine,
  ) => Promise<void>;
  /** Called when a session ends, e.g. to remove its temporary stages. */
  readonly onSessionClose?: (session: EngineSession) => Promise<void>;
}

/** A name made whole: upper-cased unless quoted, with the session's database and schema filled in. */
export interface QualifiedName {
  readonly database: string;
  readonly schema: string;
  readonly name: string;
}

export interface QueryColumn {
  /** The name that the result shows. */
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
  /** The column's name in the compiled DuckDB SQL (never needs care beyond double quotes). */
  readonly physical: string;
}

/** A Snowflake query turned into one DuckDB SELECT whose columns hold the stored form of their type. */
export interface CompiledQuery {
  readonly sql: string;
  readonly columns: readonly QueryColumn[];
}

/** A column of a table, as `COPY INTO <table>` needs it. */
export interface TargetColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** Formats of {@link EngineSession.renderText}; absent ones are the session's output formats. */
export interface TextFormats {
  readonly date?: string;
  readonly time?: string;
  readonly timestamp?: string;
  readonly binary?: 'HEX' | 'BASE64' | 'UTF8';
}

export interface EngineSession {
  readonly id: number;
  readonly user: string;
  readonly engine: SqlEngine;
  /** This session's connection; statements of one session run one after the other. */
  readonly connection: DuckDBConnection;
  /** A session parameter's value, upper-case name. */
  parameter(name: string): string | number | boolean | undefined;
  /** Now, in nanoseconds since the epoch; strictly increasing over the whole engine. */
  now(): bigint;
  /** Throws 090105 when no database or schema is set and the name has none. */
  resolveName(parts: readonly string[]): QualifiedName;
  /** Throws 002003 where an object's database or schema is missing, 003001 where it was imported. */
  checkPlace(name: QualifiedName): void;
  /** Parses `a."b c".d` as Snowflake folds it: `['A', 'b c', 'D']`. */
  parseName(text: string): readonly string[];
  /** Throws the SqlError of whatever can't be compiled. The SQL runs on {@link connection}. */
  compileQuery(sql: string, request: ExecuteRequest): Promise<CompiledQuery>;
  /** DuckDB SQL: the text Snowflake shows for a stored value, e.g. in a CSV unload; NULL stays NULL. */
  renderText(expression: string, type: SqlType, formats?: TextFormats): string;
  /** DuckDB SQL: a stored value from text, as a cast from VARCHAR would give it; errors as Snowflake's. */
  castText(expression: string, type: SqlType, formats?: TextFormats): string;
  /** The columns of a table that exists; throws 002003. */
  targetColumns(name: QualifiedName): readonly TargetColumn[];
  /**
   * Inserts what a DuckDB SELECT gives, in the order of `columns` (stored forms), into a table as
   * one statement; the other columns take their defaults. Gives the number of rows inserted.
   */
  insertSelect(
    target: QualifiedName,
    columns: readonly string[],
    select: string,
    signal: AbortSignal,
  ): Promise<number>;
}

/** A result that is known whole, e.g. of LIST. */
export function rowsResult(
  columns: StatementResult['columns'],
  rows: readonly (readonly (string | null)[])[],
  statementTypeId = 0,
): StatementResult {
  return { columns, statementTypeId, batches: oneBatch(rows) };
}

/** The result of a DML statement: one row of counts under their names. */
export function dmlResult(
  counts: Readonly<Record<string, number>>,
  statementTypeId: number,
  done: Partial<DmlStats>,
): StatementResult {
  const columns = Object.keys(counts).map(integerColumn);
  const result = rowsResult(columns, [Object.values(counts).map(String)], statementTypeId);
  return { ...result, stats: dmlStats(done) };
}

export function dmlStats(done: Partial<DmlStats>): DmlStats {
  return {
    numRowsInserted: 0,
    numRowsUpdated: 0,
    numRowsDeleted: 0,
    numDmlDuplicates: 0,
    ...done,
  };
}

async function* oneBatch(
  rows: readonly (readonly (string | null)[])[],
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  if (rows.length > 0) yield rows;
}

/** The wire form of a VARCHAR column of a result. */
export function textColumn(name: string): StatementResult['columns'][number] {
  return { name, type: 'text', nullable: true, length: 16_777_216, byteLength: 16_777_216 };
}

/** The wire form of an integer column of a result. */
export function integerColumn(name: string): StatementResult['columns'][number] {
  return { name, type: 'fixed', nullable: true, precision: 38, scale: 0 };
}
