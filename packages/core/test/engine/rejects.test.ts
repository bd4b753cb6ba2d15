import { describe, expect, it } from 'vitest';

import { job, run, World } from './engine-world.ts';

/** A source of 30 rows, of which the target refuses those without a text. */
function worldWithout(texts: readonly number[], names = ['A']): World {
  const world = new World();
  const rows = Array.from({ length: 30 }, (_, n) => [String(n), texts.includes(n) ? null : 'x']);
  for (const name of names) {
    world.addTable(name, 0);
    world.warehouse.replaceRows({ database: 'SRC', schema: 'PUBLIC', name }, rows);
    const column = { type: { kind: 'text' }, nativeType: 'VARCHAR' } as const;
    const rest = { hasDefault: false, generated: false, ...column };
    world.database.createTable({ database: 'dst', schema: 'public', name }, [
      { name: 'id', nullable: true, ...rest },
      { name: 'text', nullable: false, ...rest },
    ]);
  }
  return world;
}

const quarantine = { mode: 'append', rejects: { limit: 5 } } as const;

describe('a run with rows that the target refuses', () => {
  it('P1: is not completed, says how many there are, and nothing is left to do', async () => {
    const world = worldWithout([3, 17]);
    const report = await run([job('A', quarantine)], world.adapters());
    expect(report).toMatchObject({ status: 'partial', stopped: false, rows: 28, rejected: 2 });
    expect(report.tables).toMatchObject([
      { status: 'completed', rows: 28, rejected: 2, sourceRows: 30, verified: false },
    ]);
    const [table] = report.tables;
    expect(table?.findings).toMatchObject([{ code: 'TARGET.ROWS_QUARANTINED' }]);
    expect(table?.notices).toContain('digests not compared: the target lacks 2 rows in quarantine');
    const summary = await world.adapters().status.summary(report.run);
    const note = 'TARGET.ROWS_QUARANTINED: 2 rows are in quarantine';
    expect(summary).toMatchObject({ status: 'partial', error: note, rows: 28 });
    expect(summary.tables).toMatchObject([{ status: 'completed', error: note, rejected: 2 }]);
    expect(world.warehouse.stage.size, 'nothing is left at the source').toBe(0);
  });

  it('P1: the next run is a new one, and adds its rows', async () => {
    const world = worldWithout([3]);
    const first = await run([job('A', quarantine)], world.adapters());
    const second = await run([job('A', quarantine)], world.adapters());
    expect(second).toMatchObject({ resumed: false, rows: 29, rejected: 1 });
    expect(second.run).not.toBe(first.run);
  });

  it('P4: a run whose process died before it was closed is gone on with, and closed as it should', async () => {
    const world = worldWithout([3]);
    const adapters = world.adapters();
    const dying = {
      ...adapters,
      status: { ...adapters.status, closeRun: () => Promise.reject(new Error('killed')) },
    };
    await expect(run([job('A', quarantine)], dying)).rejects.toThrow('killed');
    const report = await run([job('A', quarantine)], world.adapters());
    expect(report).toMatchObject({ resumed: true, status: 'partial', rows: 29, rejected: 1 });
    expect(report.tables).toMatchObject([
      { status: 'skipped', findings: [{ code: 'TARGET.ROWS_QUARANTINED' }] },
    ]);
    expect(world.targetRows('A')).toHaveLength(29);
  });

  it('counts are compared with the rows in quarantine', async () => {
    const world = worldWithout([3]);
    const report = await run([job('A', { ...quarantine, verify: 'count' })], world.adapters());
    expect(report.tables).toMatchObject([{ status: 'completed', verified: true }]);
  });

  it('P1: with other tables left, the run is gone on with and keeps what it said', async () => {
    const world = worldWithout([3], ['A', 'B']);
    const strict = job('B', { mode: 'append' });
    const first = await run([job('A', quarantine), strict], world.adapters());
    expect(first).toMatchObject({ status: 'partial', rejected: 1 });
    expect(first.tables.map(({ status }) => status)).toEqual(['completed', 'failed']);

    const lenient = job('B', { ...quarantine, hash: strict.hash });
    const second = await run([job('A', quarantine), lenient], world.adapters());
    expect(second).toMatchObject({ resumed: true, run: first.run, status: 'partial', rejected: 2 });
    expect(second.tables.map(({ status }) => status)).toEqual(['skipped', 'completed']);
    expect(world.targetRows('B')).toHaveLength(29);
  });

  it('P8: more than max_rejected_rows fail the table; a higher limit goes on with the run', async () => {
    const world = worldWithout([3, 4, 5, 13, 14, 15]);
    const first = await run([job('A', quarantine)], world.adapters());
    expect(first).toMatchObject({ status: 'failed' });
    expect(first.tables[0]?.error).toMatchObject({ code: 'TARGET.TOO_MANY_REJECTS' });
    const more = job('A', { ...quarantine, rejects: { limit: 6 } });
    const second = await run([more], world.adapters());
    expect(second).toMatchObject({ resumed: true, run: first.run, rows: 24, rejected: 6 });
  });

  it('P8: what is in quarantine already counts against a limit that was lowered since', async () => {
    const world = worldWithout([3, 14]);
    const adapters = world.adapters();
    adapters.target.publish = () => Promise.reject(new Error('killed'));
    await expect(run([job('A', quarantine)], adapters)).rejects.toThrow('killed');
    const stricter = job('A', { ...quarantine, rejects: { limit: 1 } });
    const report = await run([stricter], world.adapters());
    expect(report.tables[0]).toMatchObject({
      status: 'failed',
      error: {
        code: 'TARGET.TOO_MANY_REJECTS',
        message: '2 rows of the table are in quarantine, of at most 1',
      },
    });
  });
});
