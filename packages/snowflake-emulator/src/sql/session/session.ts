import type { DuckDBConnection } from '@duckdb/node-api';

import type { CatalogTable } from '../../catalog/catalog-objects.ts';
import type { Snapshot } from '../../catalog/transaction-log.ts';
import {
  type ExecuteRequest,
  type SessionOptions,
  type SessionState,
  type SqlEngine,
  SqlError,
  type SqlSession,
  type StatementResult,
} from '../../engine/contract.ts';
import { type SqlType, textType } from '../sql-type.ts';
import type {
  CompiledQuery,
  EngineSession,
  QualifiedName,
  TargetColumn,
  TextFormats,
} from '../statement-handler.ts';
import { parseName, splitStatements } from '../syntax/parse.ts';
import { castFromText } from '../typed/cast-from-text.ts';
import { renderText } from '../typed/render-text.ts';
import { typed } from '../typed/typed.ts';
import type { EngineState } from './engine-state.ts';
import {
  ACCOUNT_PARAMETERS,
  clientParameter,
  DEFAULT_PARAMETERS,
  isParameter,
  type ParameterValue,
} from './parameters.ts';
import { SessionTransaction } from './session-transaction.ts';

/**
 * One client's session: its place in the catalog, its parameters, its transaction. What statements
 * need to know; what runs them is a `ClientSession`.
 */
export abstract class Session implements SqlSession, EngineSession {
  readonly id: number;
  readonly user: string;
  readonly shared: EngineState;
  readonly connection: DuckDBConnection;
  readonly transaction: SessionTransaction;
  readonly parameters = new Map<string, ParameterValue>();
  /** Temporary tables by full name; they hide others of that name. */
  readonly temporary = new Map<string, CatalogTable>();
  /** Those of SET. */
  readonly variables = new Map<string, SessionVariable>();
  readonly queryIds: string[] = [];
  /** The id of the transaction that ended last. */
  lastTransaction: bigint | undefined;
  database: string | undefined;
  schema: string | undefined;
  warehouse: string | undefined;
  role: string | undefined;
  /** Parameters of the statement that runs. */
  overrides: ReadonlyMap<string, ParameterValue> = new Map();

  constructor(
    shared: EngineState,
    connection: DuckDBConnection,
    id: number,
    options: SessionOptions,
  ) {
    this.shared = shared;
    this.connection = connection;
    this.id = id;
    this.user = options.user.toUpperCase();
    this.transaction = new SessionTransaction(shared, connection, () =>
      Number(this.parameter('LOCK_TIMEOUT')),
    );
    for (const [name, value] of Object.entries(options.parameters ?? {})) {
      if (isParameter(value))
        this.parameters.set(name.toUpperCase(), clientParameter(name.toUpperCase(), value));
    }
    this.#place(options);
  }

  /**
   * A database, schema or warehouse that is not there leaves the session without one, or ends the
   * login if the client asks for that (CLIENT_VALIDATE_DEFAULT_PARAMETERS); an unknown role always does.
   */
  #place(options: SessionOptions): void {
    const { catalog } = this.shared;
    const database = folded(options.database);
    const schema = folded(options.schema) ?? 'PUBLIC';
    const warehouse = folded(options.warehouse) ?? DEFAULT_WAREHOUSE;
    this.warehouse = catalog.warehouses.get(warehouse)?.name;
    this.role = folded(options.role) ?? 'ACCOUNTADMIN';
    if (!catalog.roles.has(this.role)) throw unknownRole(this.role);
    const found = database === undefined ? undefined : catalog.databases.get(database);
    this.database = found?.name;
    this.schema = found?.schemas.get(schema)?.name;
    if (this.parameter('CLIENT_VALIDATE_DEFAULT_PARAMETERS') !== true) return;
    if (options.warehouse && this.warehouse === undefined) throw unknownAtLogin('warehouse');
    if (database !== undefined && found === undefined) throw unknownAtLogin('database');
    if (options.schema && this.schema === undefined) throw unknownAtLogin('schema');
  }

  abstract execute(request: ExecuteRequest, signal: AbortSignal): Promise<StatementResult>;
  abstract compileQuery(sql: string, request: ExecuteRequest): Promise<CompiledQuery>;
  abstract targetColumns(name: QualifiedName): readonly TargetColumn[];
  abstract insertSelect(
    target: QualifiedName,
    columns: readonly string[],
    select: string,
    signal: AbortSignal,
  ): Promise<number>;

  get engine(): SqlEngine {
    return this.shared.engine;
  }

  get state(): SessionState {
    const parameters = new Map<string, ParameterValue>();
    for (const [name, { value }] of Object.entries(DEFAULT_PARAMETERS)) parameters.set(name, value);
    for (const [name, value] of this.parameters) parameters.set(name, value);
    return {
      database: this.database,
      schema: this.schema,
      warehouse: this.warehouse,
      role: this.role,
      parameters,
    };
  }

  parameter(name: string): ParameterValue | undefined {
    if (ACCOUNT_PARAMETERS[name] !== undefined)
      return this.shared.accountParameters.get(name) ?? ACCOUNT_PARAMETERS[name].value;
    return this.overrides.get(name) ?? this.parameters.get(name) ?? DEFAULT_PARAMETERS[name]?.value;
  }

  now(): bigint {
    return this.shared.log.now();
  }

  /** What this session's queries see now, its own open transaction included. */
  present(): Snapshot {
    return this.shared.log.present(this.transaction.number);
  }

  parseName(text: string): readonly string[] {
    return parseName(text);
  }

  resolveName(parts: readonly string[]): QualifiedName {
    const [name, schema, database] = parts.toReversed();
    const home = database ?? this.database;
    if (home === undefined) {
      throw new SqlError(
        '090105',
        '22000',
        "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
      );
    }
    const place = schema ?? this.schema;
    if (place === undefined) {
      throw new SqlError(
        '090106',
        '22000',
        "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
      );
    }
    return { database: home, schema: place, name: name ?? '' };
  }

  checkPlace(name: QualifiedName): void {
    this.shared.catalog.ownSchema(name.database, name.schema);
  }

  renderText(expression: string, type: SqlType, formats?: TextFormats): string {
    return renderText(expression, type, this.parameter.bind(this), formats);
  }

  castText(expression: string, type: SqlType, formats?: TextFormats): string {
    const parameter = this.parameter.bind(this);
    const options = { parameter, safe: false, ...(formats === undefined ? {} : { formats }) };
    return castFromText(typed(expression, textType()), type, options);
  }

  /** https://docs.snowflake.com/en/sql-reference/parameters#autocommit: without it the first DML opens a transaction. */
  beginImplicitly(): void {
    if (this.parameter('AUTOCOMMIT') === false) this.transaction.begin();
  }

  #turn: Promise<unknown> = Promise.resolve();

  /** Runs one after the other what may not overlap in a session. */
  inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  split(sql: string): readonly string[] {
    return splitStatements(sql);
  }

  async close(): Promise<void> {
    await this.transaction.rollback();
    this.shared.openTransactions.delete(this.id);
    for (const extension of this.shared.extensions) await extension.onSessionClose?.(this);
    for (const table of this.temporary.values())
      await this.connection.run(`DROP TABLE IF EXISTS ${table.physical}`);
    this.connection.closeSync();
  }
}

/** As a trial account's users have it. */
const DEFAULT_WAREHOUSE = 'COMPUTE_WH';

/** 390189: what the drivers' tests expect of a login with a role that is not there. */
function unknownRole(role: string): SqlError {
  return new SqlError(
    '390189',
    '08004',
    `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
  );
}

/** 390201: likewise, for a client that has its defaults validated. */
function unknownAtLogin(kind: 'warehouse' | 'database' | 'schema'): SqlError {
  return new SqlError('390201', '08004', `The requested ${kind} does not exist or not authorized.`);
}

/** Names in connection options fold as identifiers do. */
function folded(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined;
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toUpperCase();
}

/** What SET keeps: the value as text, and its type. */
export interface SessionVariable {
  readonly value: string | null;
  readonly type: SqlType;
  readonly createdNs: bigint;
  readonly updatedNs: bigint;
}
