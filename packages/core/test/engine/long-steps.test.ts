import { describe, expect, it } from 'vitest';

import { longSteps, type RunSummary, type TablePlan, type TableSummary } from '../../src/index.ts';

const gigabyte = 2 ** 30;
const ref = { database: 'pg', schema: 'public', name: 't' };

function sized(bytes: number, parts: Partial<TablePlan> = {}): TablePlan {
  return {
    run: 'r',
    key: 't',
    source: ref,
    target: ref,
    columns: [],
    keyColumns: [],
    snapshot: { pinned: true, at: '2026-03-01T10:00:00Z' },
    mode: 'truncate',
    extract: 'query',
    read: { extract: 'query', chunkColumns: [], sortColumns: [], batchRows: 10 },
    estimatedBytes: bytes,
    ...parts,
  } as TablePlan;
}

const told = (plan: TablePlan, seconds: number, verify: 'off' | 'digest' = 'off') =>
  longSteps(plan, { seconds, verify }).map(({ message }) => message);

describe('steps that a process may be too short for', () => {
  it('are told of a table by its size, and not of a small one', () => {
    const rebuilt = { rebuildIndexes: true };
    expect(told(sized(20 * gigabyte, rebuilt), 900)).toEqual([
      expect.stringMatching(
        /^each index .* may take \d+ s in PostgreSQL, by a guess of 25 MB\/s, and 900 s are there$/u,
      ),
    ]);
    expect(told(sized(gigabyte, rebuilt), 900)).toEqual([]);
    expect(told(sized(gigabyte, rebuilt), 10)).toHaveLength(1);
  });

  it('are told by what earlier runs of the table have measured, and else by a guess', () => {
    const plan = sized(20 * gigabyte, { rebuildIndexes: true });
    const startedAt = new Date(0);
    const second = (n: number) => new Date(n * 1000);
    const done = { key: 't', target: ref, status: 'completed', startedAt } as TableSummary;
    const runs = (...tables: readonly Partial<TableSummary>[]) =>
      tables.map((table) => ({ tables: [{ ...done, ...table }] }) as unknown as RunSummary);
    const by = (earlier: readonly RunSummary[]) =>
      longSteps(plan, { seconds: 900, verify: 'off', earlier }).map(({ message }) => message);
    const guess = [expect.stringContaining('by a guess of 25 MB/s')];
    const whole = { bytes: gigabyte, completedAt: second(100) };
    const slower = { ...whole, completedAt: second(200) };
    expect(by(runs(slower, whole, slower))).toEqual([
      expect.stringMatching(/take 8000 s in PostgreSQL, by the 11 MB\/s that earlier runs/u),
    ]);
    expect(by(runs({ ...whole, completedAt: second(1) }))).toEqual([]);
    expect(by(runs({ ...whole, bytes: 1000 }, { ...whole, key: 'other' }))).toEqual(guess);
    expect(by(runs({ ...whole, status: 'failed' }))).toEqual(guess);
  });

  it('are those that the plan has', () => {
    expect(told(sized(90 * gigabyte), 900)).toEqual([]);
    expect(told(sized(90 * gigabyte), 900, 'digest')).toEqual([expect.stringContaining('digest')]);
    const swap = { ...sized(90 * gigabyte), mode: 'swap' } as TablePlan;
    expect(told(swap, 900)).toEqual([expect.stringContaining('the swap')]);
    expect(longSteps(swap, { seconds: 900, verify: 'off' })[0]).toMatchObject({
      code: 'RUN.STEP_TOO_LONG',
      severity: 'warning',
    });
  });
});
