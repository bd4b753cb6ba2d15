import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The table ORDERS of 16 columns, and how its results are cut. */
export interface QueryTable {
  readonly rows: number;
  /** MiB of a result chunk, whatever the session asks for. */
  readonly chunkMib: number;
  /** The module of the emulator. */
  readonly emulator: string;
}

/** The `snowflake` section of a configuration. */
export interface QueryServer {
  readonly account: string;
  readonly user: string;
  readonly password: string;
  readonly access_url: string;
  readonly warehouse: string;
}

/** Before the line that says where the server is. */
export const mark = 'listening: ';

/** An emulator that does not share this process's memory or CPU time with what is measured. */
export async function startQueryServer(
  table: QueryTable,
): Promise<AsyncDisposable & { readonly server: QueryServer }> {
  const script = fileURLToPath(new URL('emulator-process.js', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(table)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith(mark)) continue;
    return {
      server: JSON.parse(line.slice(mark.length)) as QueryServer,
      async [Symbol.asyncDispose]() {
        child.stdin.end();
        await ended;
      },
    };
  }
  throw new Error('the emulator did not start');
}
