import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import type { PostgresTargetOptions } from '../src/index.ts';
import { bench, chunkOf, csv, opening, type Bench } from './fixtures.ts';

export type Rows = readonly (readonly (string | null)[])[];

/** The bench of a describe, there while its tests run. */
export interface Workbench extends Bench {
  /** Everything in the database goes. */
  empty(): Promise<void>;
  /** One chunk of a table that was prepared; as many rows are announced as come. */
  load(table: TablePlan, rows: Rows, chunk?: string): ReturnType<Bench['target']['load']>;
  /** What `check` says of the table as it stands. */
  findings(table: TablePlan): ReturnType<Bench['target']['check']>;
}

type SetUp = () => Promise<unknown>;
type Options = Partial<PostgresTargetOptions>;
const nothing: SetUp = () => Promise.resolve();

/** A database for each test: of what one test leaves in roles' or the database's settings, none is told. */
export function freshBench(options: Options = {}, setUp = nothing): Workbench {
  const { on, open } = closable(options);
  beforeEach(async () => {
    await open();
    await setUp();
  });
  afterEach(() => on[Symbol.asyncDispose]());
  return on;
}

/** One database for all tests of a describe, made and filled once. */
export function sharedBench(options: Options = {}, setUp = nothing): Workbench {
  const { on, open } = closable(options);
  beforeAll(async () => {
    await open();
    await setUp();
  });
  afterAll(() => on[Symbol.asyncDispose]());
  return on;
}

/** One database, which each test finds empty. */
export function emptyBench(options: Options = {}): Workbench {
  const on = sharedBench(options);
  beforeEach(() => on.empty());
  return on;
}

function closable(options: Options) {
  let made: Bench | undefined;
  const current = (): Bench => {
    if (made === undefined) throw new Error('the bench is there while its tests run');
    return made;
  };
  const context = testContext();
  const on: Workbench = {
    get database() {
      return current().database;
    },
    get target() {
      return current().target;
    },
    get sql() {
      return current().sql;
    },
    async empty() {
      await on.sql.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
        DROP SCHEMA IF EXISTS snowmelt CASCADE`);
    },
    load: (table, rows, chunk = 'c1') =>
      on.target.load(table, chunkOf(chunk), opening(csv(rows), rows.length), context),
    async findings(table) {
      const existing = await on.target.describe(table.target, context);
      return on.target.check(table, existing, context);
    },
    async [Symbol.asyncDispose]() {
      await made?.[Symbol.asyncDispose]();
      made = undefined;
    },
  };
  const open = async (): Promise<void> => {
    made = await bench(options);
  };
  return { on, open };
}
