import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { bench, chunkOf, connect, opening, planFor, type Bench } from './fixtures.ts';

const context = testContext();

interface Step {
  readonly plan?: Partial<TablePlan>;
  /** What was done before somebody took the lock. */
  readonly before?: (on: Bench, plan: TablePlan) => Promise<unknown>;
  readonly lock: string;
  readonly step: (on: Bench, plan: TablePlan) => Promise<unknown>;
  readonly what: RegExp;
}

const prepare = (on: Bench, plan: TablePlan) => on.target.prepare(plan, context);
const publish = (on: Bench, plan: TablePlan) => on.target.publish(plan, context);
const load = (on: Bench, plan: TablePlan) =>
  on.target.load(plan, chunkOf('a'), opening('1,a\n', 1), context);

async function prepareAndLoad(on: Bench, plan: TablePlan): Promise<void> {
  await prepare(on, plan);
  await load(on, plan);
}

const reading = 'LOCK TABLE t IN ACCESS SHARE MODE';
const writing = 'LOCK TABLE t IN ROW EXCLUSIVE MODE';
const altering = 'LOCK TABLE t IN ACCESS EXCLUSIVE MODE';

const steps: Readonly<Record<string, Step>> = {
  'prepare: TRUNCATE': {
    plan: { mode: 'truncate' },
    lock: reading,
    step: prepare,
    what: /TRUNCATE of/,
  },
  'prepare: new columns': {
    before: (on) => on.sql.query('ALTER TABLE t DROP COLUMN name'),
    lock: reading,
    step: prepare,
    what: /ALTER TABLE of/,
  },
  'prepare: dropping indexes': {
    plan: { rebuildIndexes: true },
    lock: reading,
    step: prepare,
    what: /dropping the indexes of/,
  },
  'prepare: a chunk of an earlier run': {
    plan: { run: 'run-2' },
    before: (on) => prepare(on, planFor(on.database)),
    lock: `SELECT pg_advisory_xact_lock_shared(
      hashtextextended('["snowmelt load","public","t"]', 0))`,
    step: prepare,
    what: /preparing/,
  },
  load: { before: prepare, lock: altering, step: load, what: /COPY into/ },
  'publish: a swap': {
    plan: { mode: 'swap' },
    before: prepareAndLoad,
    lock: writing,
    step: publish,
    what: /swap of/,
  },
  'publish: an index': {
    plan: { rebuildIndexes: true },
    before: prepareAndLoad,
    lock: writing,
    step: publish,
    what: /CREATE INDEX t_/,
  },
  'repair: a shadow': {
    plan: { mode: 'swap' },
    before: prepare,
    lock: `DO $$ BEGIN EXECUTE (SELECT format('LOCK TABLE snowmelt.%I IN ACCESS SHARE MODE', shadow)
      FROM snowmelt.table_ledger); END $$`,
    step: (on) =>
      on.target.repairs.repair({ database: on.database.database, dropGathered: true }, context),
    what: /dropping/,
  },
};

describe.each([
  ['lock_timeout', { lockTimeoutSeconds: 1 }],
  // Long enough for every statement that waits for nobody.
  ['statement_timeout', { lockTimeoutSeconds: 0, statementTimeoutSeconds: 3 }],
])('P8: %s names who holds the lock', (_, settings) => {
  it.each(Object.entries(steps))('%s', async (_name, { plan: parts, before, lock, step, what }) => {
    await using on = await bench({ settings });
    const plan = planFor(on.database, parts);
    await on.sql.query(
      'CREATE TABLE t (id bigint PRIMARY KEY, name text); CREATE INDEX t_name ON t (name)',
    );
    await before?.(on, plan);
    const holder = await connect(on.database);
    try {
      const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await holder.query(`BEGIN; ${lock}`);
      const pid = String(rows[0]?.pid);
      const error: unknown = await step(on, plan).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        code: 'TARGET.LOCKED',
        message: expect.stringMatching(what),
        fix: expect.stringContaining(`pg_terminate_backend(${pid})`),
      });
      expect(error).toMatchObject({ message: expect.stringContaining(`held by pid ${pid}`) });
    } finally {
      await holder.end();
    }
  });
});
