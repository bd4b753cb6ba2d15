import { createLogger, systemClock, type WholeSource, type WorkContext } from '@snowmelt/core';
import type { Demo } from '@snowmelt/demo';
import { createSnowflakeSource } from '@snowmelt/source-snowflake';

export const context: WorkContext = {
  signal: new AbortController().signal,
  log: createLogger('silent', () => undefined),
  clock: systemClock,
};

/** The real source, logged in as the demo's configuration says. */
export function demoSource(demo: Demo): WholeSource {
  const login = demo.config['snowflake'] as Record<string, string>;
  return createSnowflakeSource({
    account: String(login['account']),
    user: String(login['user']),
    accessUrl: String(login['access_url']),
    privateKey: String(login['rsa_key']),
    warehouse: 'COMPUTE_WH',
    connections: 2,
  });
}

/** A statement whose commit is seen so many milliseconds later than it is stamped. */
export interface LateStatement {
  readonly sql: string;
  readonly commitDelay: number;
}

/** Runs statements in the emulator's own engine; gives the rows of the last one. */
export async function inSnowflake(
  demo: Demo,
  ...statements: readonly (string | LateStatement)[]
): Promise<(string | null)[][]> {
  const session = await demo.emulator.engine.openSession({ user: 'SNOWMELT' });
  try {
    let rows: (string | null)[][] = [];
    for (const statement of ['USE SCHEMA VEGA.PUBLIC', ...statements]) {
      const asked = typeof statement === 'string' ? { sql: statement } : statement;
      const query = { queryId: crypto.randomUUID(), ...asked };
      const result = await session.execute(query, context.signal);
      rows = (await Array.fromAsync(result.batches)).flat().map((row) => [...row]);
    }
    return rows;
  } finally {
    await session.close();
  }
}
