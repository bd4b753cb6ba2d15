import snowflake, {
  type Connection,
  type ConnectionOptions,
  type RowStatement,
  type SnowflakeError,
  type StatementOption,
} from 'snowflake-sdk';
import type { Emulator } from '../../src/index.ts';

process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] = 'true';
snowflake.configure({ logLevel: 'OFF' });

export interface DriverSession extends AsyncDisposable {
  readonly connection: Connection;
  /** Runs a statement and gives its rows; rejects with the driver's error. */
  query(sqlText: string, options?: Partial<StatementOption>): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly statement: RowStatement;
}

/** Logs in as the real driver does, by password unless told otherwise. */
export async function connect(
  emulator: Emulator,
  options: Partial<ConnectionOptions> = {},
): Promise<DriverSession> {
  const connection = snowflake.createConnection({
    accessUrl: emulator.accessUrl,
    account: emulator.account,
    username: 'mover',
    database: 'DB',
    schema: 'PUBLIC',
    ...(options.authenticator === undefined ? { password: 'secret' } : {}),
    ...options,
  });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  const close = () => new Promise<void>((resolve) => connection.destroy(() => resolve()));
  return {
    connection,
    query: (sqlText, query = {}) => run(connection, { sqlText, ...query }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function run(connection: Connection, options: StatementOption): Promise<Answer> {
  return new Promise((resolve, reject) => {
    connection.execute({
      ...options,
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ rows: (rows ?? []) as Answer['rows'], statement }),
    });
  });
}

/** The error of a promise that has to be rejected. */
export async function failureOf(work: Promise<unknown>): Promise<SnowflakeError> {
  try {
    await work;
  } catch (error) {
    return error as SnowflakeError;
  }
  throw new Error('It succeeded, and should have failed.');
}
