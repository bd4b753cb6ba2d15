/** An error thrown inside DuckDB, as text that carries Snowflake's code. See `translate-error.ts`. */
export function failure(code: string, sqlState: string, message: string): Error {
  return new Error(`SF|${code}|${sqlState}|${message}`);
}
