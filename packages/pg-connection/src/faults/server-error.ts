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
  /** The function of the server's source that reports it. */
  readonly routine?: string;
}

/** An error that PostgreSQL itself has sent. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && typeof sqlState(error) === 'string';
}

export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * The server's message and what of its detail is no value of a row: what goes into errors, logs and
 * status rows (P7). `rejected_rows` keeps the whole text beside the row, see `fullMessage`.
 */
export function serverMessage(error: ServerError): string {
  if (error.routine === 'exec_stmt_raise') return raised(error);
  const message = error.code.startsWith('22') ? withoutValues(error) : error.message;
  const detail = harmlessDetail(error);
  return detail === undefined ? message : `${message}: ${detail}`;
}

/** As the server has put it, values and all. */
export function fullMessage(error: ServerError): string {
  return error.detail === undefined ? error.message : `${error.message}: ${error.detail}`;
}

/** RAISE of PL/pgSQL (src/pl/plpgsql/src/pl_exec.c) says what its author wrote, often with a value. */
function raised({ where }: ServerError): string {
  const place = /PL\/pgSQL function [^\n]* line \d+ at RAISE/.exec(where ?? '')?.[0];
  return `${place ?? 'a trigger or function of the target'} refuses the row; its text may hold values of it and stands in rejected_rows only`;
}

/**
 * Data exceptions quote what they were given, in the quotes of the server's language, and invalid
 * characters as bytes. Greedy, since a value may hold quotes of its own. What a malformed COPY says
 * is about columns.
 */
function withoutValues({ code, message }: ServerError): string {
  if (code === '22P04') return message;
  return message
    .replace(/["\u201C\u201E\u00AB].*["\u201C\u201D\u00BB]/su, '"…"')
    .replaceAll(/0x[\da-f]{2}(?: 0x[\da-f]{2})*/gu, '0x…');
}

/** Classes of errors that rows are to blame for, whose details show keys, tokens or whole rows. */
const rowClasses = new Set(['22', '23', '44', 'P0']);

/** Of a key, its columns; of a number that overflows, what the column takes. */
function harmlessDetail({ code, detail }: ServerError): string | undefined {
  if (detail === undefined || !rowClasses.has(code.slice(0, 2))) return detail;
  if (code === '22003') return detail;
  const end = code.startsWith('235') ? detail.indexOf(')=(') : -1;
  return end === -1 ? undefined : `${detail.slice(0, end + 1)}=(…)`;
}

/** Advice of the server, but where it was reading rows: extensions quote them there. */
export function serverHint({ hint, where, code }: ServerError): string | undefined {
  const reading = rowClasses.has(code.slice(0, 2)) || (where ?? '').includes('COPY ');
  return reading ? undefined : hint;
}
