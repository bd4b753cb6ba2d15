import { testContext } from '@snowmelt/testkit/context';
import { changeLoading } from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import {
  createLogger,
  diagnose,
  SnowmeltError,
  type ObservesRuns,
  type TableJob,
} from '../../src/index.ts';
import { job, rowsOf, run, World } from './engine-world.ts';

function world(): World {
  const made = new World();
  for (const name of ['GOOD', 'BAD', 'LOG']) made.addTable(name, 5);
  return made;
}

const append = { mode: 'append', verify: 'count' } as const;
const jobs: readonly TableJob[] = [job('GOOD'), job('BAD'), job('LOG', append)];

async function refused(made: World): Promise<void> {
  const report = await run(jobs, refusingFive(made));
  expect(ends(report)).toEqual({ GOOD: 'completed', BAD: 'failed', LOG: 'completed' });
}

/** Adapters whose target refuses BAD at a snapshot at which it has five rows. */
function refusingFive(made: World) {
  const adapters = made.adapters();
  const { target } = adapters;
  const load: typeof target.load = (plan, chunk, open, context) =>
    target.load(
      plan,
      chunk,
      async () => {
        const stream = await open();
        if (plan.key !== 'BAD' || chunk.expectedRows !== 5) return stream;
        stream.bytes.destroy();
        throw new SnowmeltError('TARGET.ROW_REJECTED', 'a row of five is refused');
      },
      context,
    );
  return { ...adapters, target: changeLoading(target, { load }) };
}

function ends({ tables }: Awaited<ReturnType<typeof run>>) {
  return Object.fromEntries(tables.map(({ key, status }) => [key, status]));
}

describe('tables that a wildcard has found', () => {
  const found = (name: string) => job(name, { wildcard: { pattern: '*', open: false } });

  it('a resume goes on with those that the run has begun with; later ones are for the next run', async () => {
    const made = new World();
    for (const name of ['A', 'B', 'NEW']) made.addTable(name, 5);
    const breaking = () => ({ kind: 'break', afterRows: 1 }) as const;
    const stopped = await run([found('A'), found('B')], made.adapters({ open: breaking }));
    expect(stopped.status).toBe('failed');
    const all = ['A', 'B', 'NEW'].map(found);
    const told: string[] = [];
    const log = createLogger('warn', ({ event, fields }) =>
      told.push(`${event} ${String(fields['tables'])}`),
    );
    const resumed = await run(all, made.adapters(), { log, executionHash: 'other' });
    expect(resumed).toMatchObject({ run: stopped.run, status: 'completed' });
    expect(ends(resumed)).toEqual({ A: 'completed', B: 'completed' });
    expect(told).toEqual(['left_for_next_run NEW']);
    expect(() => made.targetRows('NEW')).toThrow();
    const next = await run(all, made.adapters(), { executionHash: 'other' });
    expect(ends(next)).toEqual({ A: 'completed', B: 'completed', NEW: 'completed' });
  });

  it('and so does a run that is named', async () => {
    const made = new World();
    for (const name of ['A', 'NEW']) made.addTable(name, 5);
    const { run: id } = await run([found('A')], made.adapters());
    const again = await run([found('A'), found('NEW')], made.adapters(), {
      resume: { mode: 'run', run: id },
    });
    expect(ends(again)).toEqual({ A: 'skipped' });
  });
});

describe('what goes on in the earlier run, and what begins anew', () => {
  it('a row that was corrected at the source is read anew, and healthy tables are refreshed', async () => {
    const made = world();
    await refused(made);
    made.replaceRows('GOOD', 6);
    made.replaceRows('BAD', 7);
    const next = await run(jobs, refusingFive(made));
    expect(next.status).toBe('completed');
    expect(made.targetRows('BAD')).toEqual(rowsOf(7));
    expect(made.targetRows('GOOD')).toEqual(rowsOf(6));
    const bad = next.tables.find(({ key }) => key === 'BAD');
    expect(bad?.notices[0]).toContain('read anew at a new snapshot');
  });

  it('P1: a table that only adds all its rows is not added again for the failure of another', async () => {
    const made = world();
    await refused(made);
    made.replaceRows('BAD', 7);
    const next = await run(jobs, refusingFive(made));
    expect(ends(next)).toEqual({ GOOD: 'completed', BAD: 'completed', LOG: 'skipped' });
    expect(made.targetRows('LOG')).toHaveLength(5);
  });

  it('P4: what was mended at the target goes on at its snapshot, and ends the run', async () => {
    const made = world();
    await refused(made);
    made.replaceRows('GOOD', 6);
    made.replaceRows('BAD', 9);
    const next = await run(jobs, made.adapters());
    expect(next.status).toBe('completed');
    expect(made.targetRows('BAD'), 'of the snapshot').toEqual(rowsOf(5));
    expect(made.targetRows('GOOD')).toEqual(rowsOf(5));
  });

  it('what fails again both ways is told, and does not freeze the others night after night', async () => {
    const made = world();
    await refused(made);
    for (const rows of [6, 7, 8]) {
      made.replaceRows('GOOD', rows);
      const next = await run(jobs, refusingFive(made));
      expect(ends(next)).toMatchObject({ GOOD: 'completed', BAD: 'failed', LOG: 'skipped' });
      expect(made.targetRows('GOOD')).toHaveLength(rows);
    }
  });

  it('P4: an edited configuration, and a choice of tables, go on with what is left', async () => {
    const made = world();
    const stop = new AbortController();
    const observer = { chunkLoaded: () => stop.abort(new Error('stop')) };
    const slow = [job('LOG', { ...append, read: { ...job('LOG').read, batchRows: 2 } })];
    const stopped = await run(slow, made.adapters(), { observer, signal: stop.signal });
    expect(stopped.stopped).toBe(true);
    const edited = { ...slow[0]!, parallelThreads: 1 };
    const next = await run([edited, job('GOOD')], made.adapters(), { executionHash: 'edited' });
    expect(next).toMatchObject({ run: stopped.run, resumed: true, status: 'completed' });
    expect(made.targetRows('LOG')).toEqual(rowsOf(5));
  });

  it('P1: a chosen table does not complete the run of the others', async () => {
    const made = world();
    const stop = new AbortController();
    const observer = { chunkLoaded: () => stop.abort(new Error('stop')) };
    const all = ['LOG', 'GOOD'].map((name) =>
      job(name, { ...append, read: { ...job(name).read, batchRows: 2 } }),
    );
    const stopped = await run(all, made.adapters(), { observer, signal: stop.signal });
    await run(all.slice(0, 1), made.adapters(), { executionHash: 'LOG only' });
    const rest = await run(all, made.adapters());
    expect(rest).toMatchObject({ run: stopped.run, status: 'completed' });
    expect([made.targetRows('LOG'), made.targetRows('GOOD')]).toEqual([rowsOf(5), rowsOf(5)]);
  });
});

it('diagnose finds the runs of a wildcard, whose tables it does not look for', async () => {
  const made = new World();
  made.addTable('A', 5);
  const { run: id } = await run([job('A')], made.adapters());
  const open = job('*', { wildcard: { pattern: '*', open: true } });
  const { status, ...sides } = made.adapters();
  const none = { attempts: 1, now: new Date(), paces: [], workers: [], failures: [] };
  const seen = async () => ({ run: await status.summary(id), ...none });
  const observes: ObservesRuns = {
    activity: async () => [await seen()],
    activityOf: seen,
    latest: async () => [await seen()],
    throughput: async () => [],
    chunkMap: async () => [],
  };
  const using = { ...sides, status: { ...status, observes }, context: testContext() };
  const ask = (jobs: readonly TableJob[]) => diagnose({ jobs, databases: [] }, using);
  expect((await ask([open])).runs.map(({ run: seen }) => seen.id)).toEqual([id]);
  const elsewhere = { ...open, target: { ...open.target, schema: 'other' } };
  expect((await ask([elsewhere])).runs).toEqual([]);
});
