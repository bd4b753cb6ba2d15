/** The fields of an ErrorResponse that are used here (protocol, "Error and Notice Message Fields"). */
export interface ServerError extends Error {
  /** SQLSTATE. */
  readonly code: string;
  readonly severity: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The context, such as `COPY t, line 3, column a: "x"`. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** An error that PostgreSQL itself has sent. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && typeof sqlState(error) === 'string';
}

export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The server's message with its detail: data values may be in it, credentials are not. */
export function serverMessage(error: ServerError): string {
  return error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
}
