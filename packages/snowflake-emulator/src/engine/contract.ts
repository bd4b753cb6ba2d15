/**
 * The line between the two halves of the emulator: the HTTP server (`src/server`), which knows the
 * wire protocol and no SQL, and the SQL engine (`src/sql`, `src/catalog`, `src/stages`), which
 * knows SQL and no HTTP.
 */

/** A column of a result, in the words of the wire protocol's `rowtype`. */
export interface ResultColumn {
  readonly name: string;
  /** `fixed`, `real`, `text`, `boolean`, `date`, `time`, `timestamp_ntz|ltz|tz`, `binary`, `variant`, `object`, `array`, `vector`, `geography`, … */
  readonly type: string;
  readonly nullable: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly length?: number;
  readonly byteLength?: number;
  /** Of structured types: an ARRAY's element, a MAP's key and value, an OBJECT's keys. */
  readonly fields?: readonly ResultColumn[];
}

/** Values as the protocol's JSON result has them: text, or null. See Snowflake's `rowset`. */
export type WireRow = readonly (string | null)[];

/** One binding of a request: a scalar, or a column of values where rows are bound in bulk. */
export interface Binding {
  readonly type: string;
  readonly value: string | null | readonly (string | null)[];
}

/** What the driver needs to carry out a PUT or GET itself; see the driver's `file_transfer_agent`. */
export interface FileTransfer {
  readonly command: 'UPLOAD' | 'DOWNLOAD';
  readonly localLocation: string;
  readonly sourceLocations: readonly string[];
  /** The stage's directory, relative to the root of the stage store. */
  readonly stageDirectory: string;
  readonly autoCompress: boolean;
  readonly overwrite: boolean;
  readonly sourceCompression: string;
  readonly parallel: number;
}

/** What a DML statement did, in the words of the reply's `stats`. */
export interface DmlStats {
  readonly numRowsInserted: number;
  readonly numRowsUpdated: number;
  readonly numRowsDeleted: number;
  /** Rows that an UPDATE found more than once. */
  readonly numDmlDuplicates: number;
}

/** The result of one statement. `batches` is consumed once; a result of no rows yields none. */
export interface StatementResult {
  readonly statementTypeId: number;
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<readonly WireRow[]>;
  readonly transfer?: FileTransfer;
  readonly stats?: DmlStats;
}

export interface ExecuteRequest {
  readonly queryId: string;
  readonly sql: string;
  readonly bindings?: Readonly<Record<string, Binding>>;
  /** Session parameters that hold for this statement only, such as QUERY_TAG. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly describeOnly?: boolean;
  /** Milliseconds between the stamp of the statement's commit and the moment at which it is seen. */
  readonly commitDelay?: number;
}

export interface SessionOptions {
  readonly user: string;
  readonly database?: string;
  readonly schema?: string;
  readonly warehouse?: string;
  readonly role?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What the session says of itself in every reply (`final…Name`, `parameters`). */
export interface SessionState {
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly warehouse: string | undefined;
  readonly role: string | undefined;
  /** Upper-case name to value: TIMEZONE, the *_OUTPUT_FORMATs, BINARY_OUTPUT_FORMAT, … */
  readonly parameters: ReadonlyMap<string, string | number | boolean>;
}

export interface SqlSession {
  readonly id: number;
  readonly state: SessionState;
  /**
   * Runs one statement. Throws {@link SqlError} for what Snowflake would refuse and for what the
   * emulator can't do; never answers wrongly. `signal` interrupts it (error 000604).
   */
  execute(request: ExecuteRequest, signal: AbortSignal): Promise<StatementResult>;
  /** Splits a text of several statements, for MULTI_STATEMENT_COUNT. */
  split(sql: string): readonly string[];
  close(): Promise<void>;
}

/** A file of a stage, as the server hands it out at a presigned URL. */
export interface StagedFile {
  readonly absolutePath: string;
  readonly size: number;
}

export interface SqlEngine {
  openSession(options: SessionOptions): Promise<SqlSession>;
  /** The directory that holds all stages' files; paths in presigned URLs are relative to it. */
  readonly stageRoot: string;
  /**
   * Set by the server when it listens: makes the URL that GET_PRESIGNED_URL returns.
   * `path` is relative to `stageRoot`; the URL stops working after `seconds`.
   */
  presign: (path: string, seconds: number) => string;
  close(): Promise<void>;
}

/** An error as Snowflake reports it: a six-digit code and a SQLSTATE. */
export class SqlError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(code: string, sqlState: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SqlError';
    this.code = code;
    this.sqlState = sqlState;
  }
}
