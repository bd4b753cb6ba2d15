import { describe, expect, it } from 'vitest';

import { limitTables, type ExtractMode, type TableJob } from '../../src/index.ts';
import { job, rowsOf, run, ways, World } from './engine-world.ts';

const cases = Object.entries(ways).flatMap(([way, parts]) =>
  (['query', 'unload'] as const).map((extract) => ({ way, parts, extract })),
);

function world(rows = 35): World {
  const made = new World();
  made.addVersions('T', 0, rows);
  return made;
}

function jobsOf(parts: Partial<TableJob>, extract: ExtractMode = 'query') {
  const whole = [job('T', { ...parts, extract, hash: 'whole' })];
  return { whole, limited: limitTables(whole, 12) };
}

/** The process is gone at this load. */
function dyingAt(nth: number) {
  return {
    load: (load: { nth: number }) => (load.nth === nth ? 'after-commit' : undefined),
  } as const;
}

describe('run --limit', () => {
  it.each(cases)('P1: $way by $extract: a part, then a part again, then all', async (one) => {
    const made = world();
    const { whole, limited } = jobsOf(one.parts, one.extract);
    for (const _again of [1, 2]) {
      const first = await run(limited, made.adapters());
      expect(first).toMatchObject({ status: 'partial', limit: 12, rows: 12, resumed: false });
      const [table] = first.tables;
      expect(table).toMatchObject({ status: 'completed', verified: false, sourceRows: 12 });
      expect(table?.notices.join()).toContain('a part of the source');
      const [kept] = await made.adapters().status.runs(1);
      expect(kept).toMatchObject({ status: 'partial', limit: 12 });
      expect(kept?.error).toContain('RUN.LIMITED');
      expect(made.standing('T')).toHaveLength(12);
    }
    // What the try has read may be gone by then.
    made.replaceVersions('T', 5, 40);
    const all = await run(whole, made.adapters());
    expect(all).toMatchObject({ status: 'completed', resumed: false });
    expect(all).not.toHaveProperty('limit');
    expect(made.standing('T')).toEqual(Array.from({ length: 35 }, (_, n) => n + 5));
  });

  it.each(cases)(
    'P4: $way by $extract: stopped in the middle, it is not gone on with',
    async (one) => {
      const made = world();
      const { whole, limited } = jobsOf({ ...one.parts, maxRetryAttempts: 1 }, one.extract);
      const stopped = await run(limited, made.adapters(dyingAt(2)));
      expect(stopped).toMatchObject({ status: 'failed', limit: 12 });
      const again = await run(limited, made.adapters());
      expect(again.run).not.toBe(stopped.run);
      expect(made.standing('T')).toHaveLength(12);
      await run(limited, made.adapters(dyingAt(1)));
      const all = await run(whole, made.adapters());
      expect(all).toMatchObject({ status: 'completed', resumed: false });
      expect(made.standing('T')).toEqual(Array.from({ length: 35 }, (_, n) => n));
    },
  );

  it('P5: it leaves a table alone that holds rows, and the others go on', async () => {
    const made = world();
    made.addTable('FULL', 4);
    const whole = [job('FULL', { mode: 'truncate' }), job('T')];
    await run(whole.slice(0, 1), made.adapters());
    const first = await run(limitTables(whole, 2), made.adapters());
    const ends = first.tables.map(({ key: name, status, error }) => [name, status, error?.code]);
    expect(ends).toEqual([
      ['FULL', 'failed', 'RUN.NOT_FIRST'],
      ['T', 'completed', undefined],
    ]);
    expect(made.targetRows('FULL')).toEqual(rowsOf(4));
  });

  it('P4: it does not begin beside a run that can be gone on with, unless that is given up', async () => {
    const made = world();
    const { whole, limited } = jobsOf({ mode: 'swap', maxRetryAttempts: 1 });
    const stopped = await run(whole, made.adapters(dyingAt(2)));
    await expect(run(limited, made.adapters())).rejects.toMatchObject({
      code: 'RUN.NOT_FIRST',
      place: { run: stopped.run },
    });
    const rest = await run(whole, made.adapters());
    expect(rest).toMatchObject({ run: stopped.run, resumed: true, status: 'completed' });
    expect(made.standing('T')).toHaveLength(35);

    const other = world();
    await run(whole, other.adapters(dyingAt(2)));
    const anew = { resume: { mode: 'never' } } as const;
    const tried = await run(limited, other.adapters(), anew);
    expect(tried).toMatchObject({ status: 'partial', rows: 12 });
    expect(await run(whole, other.adapters())).toMatchObject({
      status: 'completed',
      resumed: false,
    });
    expect(other.standing('T')).toHaveLength(35);
  });

  it('no run goes on with it by its name, and it goes on with none', async () => {
    const made = world();
    const { whole, limited } = jobsOf({ mode: 'append', verify: 'count' });
    const { run: id } = await run(limited, made.adapters());
    const named = { resume: { mode: 'run', run: id } } as const;
    for (const jobs of [limited, whole]) {
      await expect(run(jobs, made.adapters(), named)).rejects.toMatchObject({
        code: 'RUN.LIMITED',
      });
      expect((await run(jobs, made.adapters())).run, 'as the fix says').not.toBe(id);
    }
  });

  it('P1: rows of others that came since stay where rows are only added', async () => {
    const made = world();
    const { whole, limited } = jobsOf({ mode: 'append', verify: 'count' });
    await run(limited, made.adapters());
    const [{ target }] = whole as [TableJob];
    made.database.insertRows(target, [[900, 900]]);
    await expect(run(limited, made.adapters())).resolves.toMatchObject({ status: 'failed' });
    await run(whole, made.adapters());
    expect(made.standing('T')).toEqual([...Array.from({ length: 35 }, (_, n) => n), 900]);
  });
});
