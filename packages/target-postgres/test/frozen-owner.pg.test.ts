import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connect, connectionOf, countRows, csv, opening, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const script = fileURLToPath(new URL('step-process.ts', import.meta.url));
const context = testContext();

describe('an owner that is frozen in the middle of a step', () => {
  const on = sharedBench();

  const states = async (run: string) => {
    const { rows } = await on.sql.query<{ state: string }>(
      `SELECT coalesce(wait_event_type, '') || ' ' || state AS state FROM pg_stat_activity
       WHERE application_name = $1`,
      [`snowmelt ${run} table`],
    );
    return rows.map(({ state }) => state);
  };

  /** Lets another process begin the step, and freezes it with its work done and nothing committed. */
  async function freeze(step: 'prepare' | 'publish', plan: TablePlan) {
    const lock = step === 'prepare' ? 'ACCESS SHARE' : 'SHARE UPDATE EXCLUSIVE';
    const blocker = await connect(on.database);
    await blocker.query(`BEGIN; LOCK TABLE ${plan.target.name} IN ${lock} MODE`);
    const child = spawn(
      process.execPath,
      ['--conditions=@snowmelt/source', script, on.database.url, step, JSON.stringify(plan)],
      { stdio: 'inherit' },
    );
    const wait = { timeout: 20_000 };
    await expect.poll(() => states(plan.run), wait).toEqual(['Lock active']);
    child.kill('SIGSTOP');
    await blocker.end();
    await expect.poll(() => states(plan.run), wait).toEqual(['Client idle in transaction']);
    return { [Symbol.dispose]: () => void child.kill('SIGKILL') };
  }

  const planOf = (name: string): TablePlan => {
    const plan = planFor(on.database, { run: name, mode: 'truncate' });
    return { ...plan, target: { ...plan.target, name } };
  };

  it('P4: whoever has the run after it ends its session, and does the step', async () => {
    const [first, second] = [planOf('first'), planOf('second')];
    for (const { target } of [first, second]) {
      await on.sql.query(`CREATE TABLE ${target.name} (id bigint, name text);
        INSERT INTO ${target.name} VALUES (0, 'old')`);
    }
    await on.target.prepare(second, context);
    await on.target.load(second, chunkOf('c1'), opening(csv([['1', 'a']]), 1), context);
    using _preparing = await freeze('prepare', first);
    using _publishing = await freeze('publish', second);
    await using next = createPostgresTarget({ connection: connectionOf(on.database) });
    const [prepared, published] = await Promise.all([
      next.prepare(first, context),
      next.publish(second, context),
    ]);
    expect(prepared).toEqual({ indexesDisabled: false });
    expect(published).toMatchObject({ rows: 1 });
    expect(await countRows(on.sql, 'first')).toBe(0);
    expect(await countRows(on.sql, 'second')).toBe(1);
  }, 60_000);
});
