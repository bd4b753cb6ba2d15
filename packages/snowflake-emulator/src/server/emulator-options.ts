/** Someone who may log in; at least one of the ways in must be given. */
export interface EmulatorUser {
  readonly name: string;
  readonly password?: string;
  /** RSA public key: PEM (SPKI), or the base64 of its DER as in `ALTER USER … SET RSA_PUBLIC_KEY`. */
  readonly publicKey?: string;
  /** OAuth access token or programmatic access token. */
  readonly token?: string;
}

/** How results are cut. Sizes are bytes of JSON text before compression. */
export interface ResultLayout {
  /** Rows in the reply itself; 0 puts every row into chunks. Default 1,000. */
  readonly inlineRows: number;
  readonly inlineBytes: number;
  /** Upper limit of a chunk in rows; by default only bytes limit it. */
  readonly chunkRows: number;
  /** Size of the first chunk; each following one is twice as large, up to `chunkBytes`. */
  readonly firstChunkBytes: number;
  /** Upper limit of a chunk; the session's CLIENT_RESULT_CHUNK_SIZE (MiB) may lower it. */
  readonly chunkBytes: number;
  /** Chunks are as large as this says, whatever CLIENT_RESULT_CHUNK_SIZE a session asks for. */
  readonly anyChunkSize: boolean;
  /** How long a chunk's URL works. The real service's work for about six hours. */
  readonly urlSeconds: number;
}

export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void;

export interface EmulatorOptions {
  readonly users: readonly EmulatorUser[];
  /** TCP port; 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Account name that logins must state. Default `emulator`. */
  readonly account?: string;
  /** Where staged files and DuckDB's spill files go; without it a temporary directory. */
  readonly directory?: string;
  /** Databases to begin with, each with a schema PUBLIC. */
  readonly databases?: readonly string[];
  /** DuckDB's threads and memory, e.g. 2 and `2GB`; by default DuckDB's own. */
  readonly threads?: number;
  readonly memoryLimit?: string;
  /** Base of the URLs handed out, where clients reach the server by another name than `host`. */
  readonly publicUrl?: string;
  /** Lifetime of a session token (default 3,600) and of a master token (default 14,400). */
  readonly sessionSeconds?: number;
  readonly masterSeconds?: number;
  /** How long a request waits for a running query before it answers "in progress". Default 40. */
  readonly longPollSeconds?: number;
  readonly results?: Partial<ResultLayout>;
  /** How many queries are known, and their results kept on disk, for who asks again. Default 2,000. */
  readonly keptQueries?: number;
  /** One call an event; without it only internal errors are written, as JSON lines, to stderr. */
  readonly log?: Log;
}

export const defaultResultLayout: ResultLayout = {
  inlineRows: 1000,
  inlineBytes: 128 * 1024,
  chunkRows: Number.POSITIVE_INFINITY,
  firstChunkBytes: 256 * 1024,
  chunkBytes: 16 * 1024 * 1024,
  anyChunkSize: false,
  urlSeconds: 6 * 3600,
};
