/** An error thrown inside DuckDB, as text that carries Snowflake's code. See `translate-error.ts`. */
export function failure(code: string, sqlState: string, message: string): Error {
  return new Error(`SF|${code}|${sqlState}|${message}`);
}

/** A function of texts: NULL in its first argument gives NULL unless it says that it takes NULLs. */
export interface TextFunction {
  readonly run: (args: readonly (string | null)[]) => string | null;
  readonly takesNull?: boolean;
}
