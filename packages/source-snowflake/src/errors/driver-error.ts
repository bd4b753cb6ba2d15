import { z } from 'zod';

/**
 * The fields that errors of snowflake-sdk 3.3 have (`errors.js`). `code` is a number where the
 * driver made the error, and a text of six digits where the server did.
 */
const shape = z.object({
  name: z.string().optional(),
  message: z.string(),
  code: z.union([z.string(), z.number()]),
  sqlState: z.string().nullish(),
  data: z.object({ queryId: z.string().nullish() }).nullish().catch(undefined),
  response: z.object({ statusCode: z.number().nullish() }).nullish().catch(undefined),
});

export interface DriverError {
  /** Six digits, or a code of Node such as `ECONNRESET`. */
  readonly code: string;
  readonly message: string;
  readonly sqlState: string | undefined;
  readonly queryId: string | undefined;
  /** Of an HTTP reply that was not 200. */
  readonly status: number | undefined;
  /** Snowflake answered the statement or login with an error of its own. */
  readonly server: boolean;
}

/** `undefined` where it is no error of the driver or of Node's network: then it is a bug. */
export function driverError(error: unknown): DriverError | undefined {
  const { data: found } = shape.safeParse(error);
  if (found === undefined) return undefined;
  const code = String(found.code);
  if (!/^(?:\d+$|E[A-Z]+$|Z_|ERR_(?:STREAM|HTTP|SSL|TLS))/u.test(code)) return undefined;
  return {
    code: /^\d+$/u.test(code) ? code.padStart(6, '0') : code,
    message: found.message,
    sqlState: found.sqlState ?? undefined,
    queryId: found.data?.queryId ?? undefined,
    status: found.response?.statusCode ?? undefined,
    server: typeof found.code === 'string' && /^\d+$/u.test(code),
  };
}
