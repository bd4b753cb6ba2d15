import { inject } from 'vitest';

import { createDatabase, dropDatabase } from './databases.ts';
import { parseAddress } from './server/server-address.ts';
import type { ServerAddress } from './server/test-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server of this vitest run, where `@snowmelt/testkit/vitest-postgres` is set up. */
    postgres: ServerAddress & { readonly version: string };
  }
}

export interface TestDatabase extends ServerAddress, AsyncDisposable {
  readonly database: string;
}

/** An empty database of its own on the server of this vitest run; disposing it drops it. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const url = await createDatabase(server.url);
  return {
    ...parseAddress(url),
    database: decodeURIComponent(new URL(url).pathname.slice(1)),
    [Symbol.asyncDispose]: () => dropDatabase(server.url, url),
  };
}
