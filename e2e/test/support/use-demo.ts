import { startDemo, type Demo, type DemoOptions } from '@snowmelt/demo';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';

/** Both servers with their data, and a connection to the target. */
export interface DemoWorld {
  readonly demo: Demo;
  readonly sql: Client;
}

/**
 * One world for the tests of a file or of a `describe`; it is there once they begin, ends with them, and
 * `setUp` gives it what they need.
 */
export function useDemo(
  options: DemoOptions,
  setUp: (world: DemoWorld) => Promise<unknown> = async () => undefined,
): DemoWorld {
  let demo: Demo | undefined;
  let sql: Client | undefined;
  const there = <T>(part: T | undefined): T => {
    if (part === undefined)
      throw new Error('The demo is there in tests, not while they are collected.');
    return part;
  };
  const world = {
    get demo() {
      return there(demo);
    },
    get sql() {
      return there(sql);
    },
  };
  beforeAll(async () => {
    demo = await startDemo(options);
    sql = new Client({ connectionString: demo.databaseUrl });
    await sql.connect();
    await setUp(world);
  }, 180_000);
  afterAll(async () => {
    await sql?.end();
    await demo?.[Symbol.asyncDispose]();
  });
  return world;
}
