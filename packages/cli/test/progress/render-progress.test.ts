import { stripVTControlCharacters } from 'node:util';

import { SnowmeltError, type TableJob, type TableReport } from '@snowmelt/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { startProgress, trackProgress } from '../../src/progress/progress-state.ts';
import { renderProgress, type View } from '../../src/progress/render-progress.ts';
import { textWidth } from '../../src/terminal/text-width.ts';

const job = (name: string): TableJob => {
  const source = { database: 'PROD', schema: 'PUBLIC', name };
  const target = { database: 'dwh', schema: 'sales', name: name.toLowerCase() };
  return { key: name, source, target } as TableJob;
};

const report = (key: string, values: Partial<TableReport> = {}): TableReport => ({
  ...job(key),
  status: 'completed',
  rows: 1000,
  rejected: 0,
  bytes: 50_000,
  chunks: 2,
  seconds: 2,
  verified: true,
  notices: [],
  findings: [],
  ...values,
});

function start(...names: string[]) {
  let now = 1_000_000;
  const progress = startProgress(names.map(job), now);
  return {
    progress,
    observer: trackProgress(progress, () => now),
    wait: (milliseconds: number) => (now += milliseconds),
    lines: (view: Partial<View> = {}) =>
      renderProgress(progress, { width: 120, height: 40, now, ...view }).map(
        stripVTControlCharacters,
      ),
  };
}

describe('renderProgress', () => {
  it('a table that begins anew begins at no row; what is to be extracted announces none', () => {
    const { observer, lines } = start('ORDERS');
    observer.tableStarted('ORDERS');
    observer.chunksAdded('ORDERS', { count: 0, rows: 0 });
    observer.chunksAdded('ORDERS', { count: 2, rows: 400 });
    observer.tablePhase('ORDERS', 'loading');
    observer.chunkLoaded('ORDERS', { id: 'a', rows: 300, bytes: 20_000 });
    expect(lines()[0]).toMatch(/ 300 rows +75%/u);
    observer.tableBegunAnew('ORDERS');
    observer.chunksAdded('ORDERS', { count: 3, rows: 400 });
    observer.chunkLoaded('ORDERS', { id: 'b', rows: 100, bytes: 20_000 });
    expect(lines()[0]).toMatch(/ 100 rows +25%/u);
  });

  it('shows state, rows, percent, rates and time left of each table, then totals', () => {
    const { observer, wait, lines } = start('ORDERS', 'ITEMS', 'LATER');
    observer.runOpened({ id: 'r', resumed: false, snapshot: 's' });
    observer.tableStarted('ORDERS');
    observer.tableStarted('ITEMS');
    observer.chunksAdded('ORDERS', { count: 2, rows: 400_000 });
    observer.tablePhase('ORDERS', 'loading');
    wait(10_000);
    observer.chunkLoaded('ORDERS', { id: 'a', rows: 100_000, bytes: 20_000_000 });
    observer.tableEnded(report('ITEMS'));
    expect(lines()).toEqual([
      '▸ PROD.PUBLIC.ORDERS → dwh.sales.orders loading        100,000 rows    25%  10,000 rows/s   2.0 MB/s     30s left',
      '✔ PROD.PUBLIC.ITEMS → dwh.sales.items   completed        1,000 rows   100%     500 rows/s  25.0 kB/s         2.0s',
      '· PROD.PUBLIC.LATER → dwh.sales.later   waiting',
      '1/3 tables · 101,000 rows · 20.1 MB · 10,000 rows/s · 10s',
    ]);
  });

  it('an estimate of the catalog is marked, and no part of it is called whole', () => {
    const { observer, lines } = start('A');
    observer.tableStarted('A');
    observer.tablePlanned({ key: 'A', estimatedRows: 100 } as never);
    observer.chunkLoaded('A', { id: 'a', rows: 150, bytes: 1 });
    expect(lines()[0]).toContain(' ~99% ');
  });

  it('a rate is that of the last half minute', () => {
    const { observer, wait, lines } = start('A');
    observer.tableStarted('A');
    observer.chunkLoaded('A', { id: 'a', rows: 1_000_000, bytes: 1 });
    wait(40_000);
    observer.chunkLoaded('A', { id: 'b', rows: 3000, bytes: 1 });
    expect(lines()[0]).toContain(' 100 rows/s');
  });

  it('what an earlier process has loaded counts as rows, and says nothing of the rate', () => {
    const { observer, wait, lines } = start('A', 'B');
    observer.tableStarted('A');
    observer.tableEnded(report('B', { status: 'skipped' }));
    observer.tablePlanned({ key: 'A', estimatedRows: 2000 } as never);
    observer.chunkLoaded('A', { id: 'a', rows: 1000, bytes: 1, before: true });
    wait(10_000);
    expect(lines().join('\n')).not.toContain('rows/s · ');
    observer.chunkLoaded('A', { id: 'b', rows: 500, bytes: 1 });
    expect(lines()[0]).toMatch(/ 1,500 rows +~75% +50 rows\/s .* 10s left$/u);
    expect(lines().at(-1)).toMatch(/2,500 rows .* 50 rows\/s · 10s · about 10s left$/u);
  });

  it('60 columns: what all names share is said once, state and rows stay', () => {
    const { observer, lines } = start('FACT_ORDERS', 'FACT_LINES');
    observer.tableStarted('FACT_ORDERS');
    observer.chunksAdded('FACT_ORDERS', { count: 2, rows: 400_000 });
    observer.tablePhase('FACT_ORDERS', 'loading');
    observer.chunkLoaded('FACT_ORDERS', { id: 'a', rows: 100_000, bytes: 20_000_000 });
    const drawn = lines({ width: 60 });
    expect(drawn[0]).toBe('  PROD.PUBLIC → dwh.sales');
    expect(drawn[1]).toMatch(/^▸ FACT_ORDERS +loading +100,000 rows +25%/u);
    expect(drawn[2]).toMatch(/^· FACT_LINES +waiting/u);
  });

  it('what something waits for is shown', () => {
    const { progress, lines } = start('A');
    let what: string | undefined = 'a lock: COPY into s.a (pid 7)';
    progress.waitsFor = () => what;
    expect(lines()[1]).toBe('  waiting for a lock: COPY into s.a (pid 7)');
    what = undefined;
    expect(lines()).toHaveLength(2);
  });

  it('a failed table and a stop are seen', () => {
    const { progress, observer, lines } = start('A');
    const error = new SnowmeltError('TARGET.UNREACHABLE', 'refused');
    observer.tableEnded(report('A', { status: 'failed', error }));
    progress.stopping = true;
    expect(lines()[0]).toMatch(/^✘ .* failed /);
    expect(lines()[1]).toMatch(/stopping$/);
  });

  it('shows those at work where not all have room, and counts the others', () => {
    const names = Array.from({ length: 50 }, (_, index) => `T${index}`);
    const { observer, lines } = start(...names);
    for (const name of names.slice(0, 20)) observer.tableEnded(report(name));
    observer.tableStarted('T40');
    const drawn = lines({ height: 10 });
    expect(drawn).toHaveLength(8);
    expect(drawn.filter((line) => line.includes('planning'))).toHaveLength(1);
    expect(drawn.at(-2)).toBe('  … and 20 completed, 24 waiting');
  });

  it('says why it waits before the first row is read, as long as it does', () => {
    const { observer, wait, lines } = start('A', 'B');
    observer.tableStarted('A');
    observer.snapshotSettling({ snapshot: 's', milliseconds: 5000 });
    wait(800);
    expect(lines()).toHaveLength(4);
    expect(lines()[2]).toBe('  waiting 4.2s until every earlier commit is seen');
    expect(lines({ height: 6 })).toHaveLength(4);
    wait(4200);
    expect(lines()).toHaveLength(3);
  });

  it('is never wider or higher than the terminal', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 5, max: 30 }),
        (names, width, height) => {
          const { observer, lines } = start(...names);
          observer.snapshotSettling({ snapshot: 's', milliseconds: 1 });
          for (const key of names) {
            observer.tableStarted(key);
            observer.chunkLoaded(key, { id: 'a', rows: 123_456_789, bytes: 9e12 });
          }
          const drawn = lines({ width, height });
          expect(Math.max(...drawn.map(textWidth))).toBeLessThanOrEqual(width);
          expect(drawn.length).toBeLessThan(height);
        },
      ),
    );
  });
});

it('shows what all processes of a run have loaded, where others take part', () => {
  const { progress, observer, wait } = start('A');
  observer.tableStarted('A');
  observer.chunkLoaded('A', { id: 'c1', rows: 10, bytes: 100 });
  wait(2000);
  observer.tableTotals('A', { chunks: 4, rows: 40, bytes: 400 });
  expect(progress.tables.get('A')).toMatchObject({ rows: 40, bytes: 400, chunksDone: 4 });
  observer.chunkLoaded('A', { id: 'c5', rows: 10, bytes: 100 });
  observer.tableTotals('A', { chunks: 5, rows: 50, bytes: 500 });
  expect(progress.tables.get('A')).toMatchObject({ rows: 50, chunksDone: 5 });
});
