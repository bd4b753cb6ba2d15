import type { Readable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import type { Adapters, Source, TableJob, Target } from '../../src/index.ts';
import { job, run, rowsOf, World } from './engine-world.ts';

const tracked = (parts: Partial<TableJob> = {}) =>
  job('T', { mode: 'changes', changes: true, uniqueness: ['ID'], ...parts });

const ref = { source: tracked().source, target: tracked().target };

/** A new run, and what it says of its one table. */
async function runOnce(world: World, parts: Partial<TableJob> = {}, other: Partial<Adapters> = {}) {
  const adapters = { ...world.adapters(), ...other };
  const { tables } = await run([tracked(parts)], adapters, { resume: { mode: 'never' } });
  const [table] = tables;
  if (table === undefined) throw new Error('the report has no table');
  return { ...table, said: table.notices.join('; ') };
}

function world(rows: number): World {
  const made = new World();
  made.addTable('T', rows);
  return made;
}

describe('a table that is kept by its changes', () => {
  it('is read whole once, then by what has changed, and compared as a whole', async () => {
    const on = world(40);
    const first = await runOnce(on);
    expect(first).toMatchObject({ status: 'completed', rows: 40, verified: true });
    expect(first.said).toMatch(/reads all rows: the target is empty/);
    on.replaceRows('T', 35);
    const second = await runOnce(on, { verify: 'count' });
    expect(second).toMatchObject({ rows: 5, sourceRows: 5, targetRows: 35, verified: true });
    expect(second.said).toMatch(/reads what has changed since/);
    expect(on.targetRows('T')).toEqual(rowsOf(35));
  });

  it('P1: is read whole where the past is forgotten: rows that have gone go as well', async () => {
    const on = world(40);
    await runOnce(on);
    on.replaceRows('T', 30);
    on.warehouse.forgetPast(ref.source);
    const table = await runOnce(on);
    expect(table).toMatchObject({ status: 'completed', rows: 30, verified: true });
    expect(table.said).toMatch(/reads all rows, which replace .* can't be read: T holds nothing/);
    expect(on.targetRows('T')).toEqual(rowsOf(30));
    expect(await runOnce(on)).toMatchObject({ rows: 0, verified: true });
  });

  it('goes on from a full refresh that is to be followed by changes, and from no other', async () => {
    const on = world(10);
    await runOnce(on, { mode: 'truncate' });
    on.replaceRows('T', 12);
    expect(await runOnce(on)).toMatchObject({ rows: 2, verified: true });
    const { changes: _off, ...plain } = tracked({ mode: 'truncate', uniqueness: [] });
    await run([plain], on.adapters(), { resume: { mode: 'never' } });
    expect(await runOnce(on)).toMatchObject({ rows: 12, verified: true });
  });

  it.each(['count', 'digest'] as const)(
    'P1: rows that others write to its target are found by verify: %s',
    async (verify) => {
      const on = world(10);
      await runOnce(on);
      on.database.insertRows(ref.target, [['99', 'not of the source']]);
      const { status, error } = await runOnce(on, { verify });
      expect(status).toBe('failed');
      expect(error).toMatchObject({ code: 'RUN.VERIFY_FAILED' });
      expect(error?.fix).toMatch(/run the same command again/);
      const jobs = [tracked({ verify })];
      const [again] = (await run(jobs, on.adapters())).tables;
      expect(again).toMatchObject({ status: 'completed', rows: 10, verified: true });
      expect(on.targetRows('T')).toEqual(rowsOf(10));
    },
  );

  it('P1: changes that do not all come are not applied, and nobody counts them a second time', async () => {
    const on = world(10);
    await runOnce(on);
    on.replaceRows('T', 4);
    const cut = on.adapters({ open: () => ({ kind: 'cut', afterRows: 5 }) });
    const short = await runOnce(on, { verify: 'off' }, cut);
    expect(short.error?.message).toMatch(/TARGET.ROW_COUNT_MISMATCH/);
    const source: { -readonly [K in keyof Source]: Source[K] } = { ...on.adapters().source };
    const opened: Readable[] = [];
    source.open = async (plan, chunk, context) => {
      const { bytes } = await on.adapters().source.open(plan, chunk, context);
      opened.push(bytes);
      return { bytes };
    };
    await expect(runOnce(on, {}, { source })).rejects.toThrow(/announces no number of rows/);
    expect(
      opened.map(({ destroyed }) => destroyed),
      'nothing is left open',
    ).toContain(true);
    expect(opened.map(({ destroyed }) => destroyed)).not.toContain(false);
    expect(on.targetRows('T')).toEqual(rowsOf(10));
    // The memory's source does not count changes at all.
    expect(await runOnce(on)).toMatchObject({ rows: 6, sourceRows: 6, verified: true });
    expect(on.targetRows('T')).toEqual(rowsOf(4));
  });

  it('P8: a source or target that knows no changes, and a table without a past, say so', async () => {
    const on = world(10);
    const source: { -readonly [K in keyof Source]: Source[K] } = { ...on.adapters().source };
    delete source.changes;
    const target: { -readonly [K in keyof Target]: Target[K] } = { ...on.adapters().target };
    delete target.changes;
    const without = async (other: { source?: Source; target?: Target }) =>
      (await runOnce(on, {}, other)).error;
    expect(await without({ source })).toMatchObject({ code: 'CONFIG.UNSUPPORTED' });
    expect(await without({ target })).toMatchObject({ code: 'CONFIG.UNSUPPORTED' });
    const { error } = await runOnce(on, { snapshot: 'off' });
    expect(error).toMatchObject({ code: 'SOURCE.CHANGES_UNAVAILABLE' });
  });
});
