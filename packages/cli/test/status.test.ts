import { stripVTControlCharacters } from 'node:util';

import {
  limitedNote,
  troublesOfRun,
  type RunActivity,
  type RunSummary,
  type TableSummary,
} from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { tableNames } from '../src/show/table-names.ts';
import { textWidth } from '../src/terminal/text-width.ts';
import { viewAttributed } from '../src/status/attributed.ts';
import { formatRun, formatRuns } from '../src/status/format-status.ts';
import { viewRun } from '../src/status/view-status.ts';

const startedAt = new Date('2026-01-02T03:00:00Z');
const now = new Date('2026-01-02T03:10:00Z');

function table(name: string, changes: Partial<TableSummary> = {}): TableSummary {
  const ref = { database: 'PROD', schema: 'PUBLIC', name };
  const target = { database: 'dwh', schema: 'sales', name: name.toLowerCase() };
  const figures = { totalChunks: 10, completedChunks: 4, failedChunks: 0, rows: 400, bytes: 4000 };
  const names = { key: name, sourceName: 's', source: ref, target };
  return { ...names, ...figures, status: 'in_progress', startedAt, ...changes };
}

const tables = [
  table('FACT_ORDERS'),
  table('FACT_ORDER_LINES', { status: 'pending', rows: 0, completedChunks: 0 }),
];

function run(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'r1',
    status: 'running',
    startedAt,
    sourceNames: ['s'],
    rows: 400,
    tables,
    ...changes,
  };
}

function seen(changes: Partial<RunActivity> = {}): RunActivity {
  const recent = { recentRows: 240, recentSeconds: 120, leasedChunks: 1, retries: 0 };
  return {
    run: run(),
    life: 'live',
    owner: 'loader-1/4711/abc',
    attempts: 1,
    now,
    lastSign: new Date(now.getTime() - 3000),
    paces: [
      { key: 'FACT_ORDERS', expectedRows: 1000, ...recent },
      { key: 'FACT_ORDER_LINES', expectedRows: 500, ...recent, recentRows: 0 },
    ],
    workers: [],
    failures: [],
    ...changes,
  };
}

const shown = (view: ReturnType<typeof viewRun>, width = 100) =>
  formatRun(view, width).map(stripVTControlCharacters);

describe('status: how it stands with a run', () => {
  it('a living one: who has it, its last sign of life, rate and time left', () => {
    const view = viewRun({ activity: seen({ attempts: 2 }) });
    expect(view).toMatchObject({ state: 'running', resumed: true, host: 'loader-1', pid: 4711 });
    expect(view).toMatchObject({ secondsSinceSign: 3, rowsPerSecond: 2, secondsLeft: 550 });
    expect(view.tables[0]).toMatchObject({ rowsPerSecond: 2, secondsLeft: 300 });
    const text = shown(view).join('\n');
    expect(text).toContain('by loader-1, pid 4711, resumed, last sign of life 3.0s ago');
    expect(text).toContain('0 of 2 tables, 400 rows, 2 rows/s, about 9m 10s left');
  });

  it('a first try: what it was, and how all rows are loaded, also where it was killed', () => {
    const done = [table('FACT_ORDERS', { status: 'completed', rows: 100 })];
    const error = limitedNote(100);
    const tried = run({ status: 'partial', limit: 100, rows: 100, tables: done, error });
    const view = viewRun({ activity: seen({ run: tried, life: 'ended' }) });
    expect(view).toMatchObject({ state: 'limited', limit: 100 });
    const text = shown(view).join('\n');
    expect(text).toContain('1 of 1 tables, 100 rows, 100 of each table at most');
    expect(text).toMatch(/without --limit the same\s+command loads all/);
    const killed = seen({ run: run({ limit: 100 }), life: 'ended' });
    expect(viewRun({ activity: killed }).state).toBe('dead');
  });

  it('who else is at work, who has gone silent, and what is waited for since when', () => {
    const worker = {
      host: 'h2',
      pid: 5,
      version: '1',
      isOwner: false,
      startedAt,
      lastSeenAt: new Date(now.getTime() - 5000),
    };
    const waitsSince = new Date(now.getTime() - 65_000);
    const waits = { waitsFor: 'a lock of dwh.sales.x (pid 7)', waitsSince };
    const workers = [
      { ...worker, id: 'a', isOwner: true, host: 'loader-1', ...waits },
      { ...worker, id: 'b' },
      { ...worker, id: 'c', pid: 6, lastSeenAt: new Date(now.getTime() - 600_000) },
      { ...worker, id: 'd', pid: 7, endedAt: now },
    ];
    const text = shown(viewRun({ activity: seen(), workers }), 200).join('\n');
    expect(text).toContain('  it has waited 1m 05s for: a lock of dwh.sales.x (pid 7)');
    expect(text).toContain('  worker h2, pid 5, is at work');
    expect(text).toContain('  worker h2, pid 6, gave its last sign of life 10m 00s ago');
    expect(text).not.toContain('pid 7,');
  });

  it('one whose process is gone is dead, and the same command goes on', () => {
    const activity = seen({ life: 'open' });
    const command = ['run', '-c', 'night.json'];
    const troubles = troublesOfRun(activity).map((one) => ({ ...one, command }));
    const view = viewRun({ activity, troubles });
    expect(view).toMatchObject({ state: 'dead' });
    expect(view).not.toHaveProperty('secondsLeft');
    const text = shown(view, 200).join('\n');
    expect(text).toContain('was run by loader-1, pid 4711, last sign of life 3.0s ago');
    expect(text).toContain('is dead: its process loader-1/4711/abc is gone');
    expect(text).toMatch(/^ +snowmelt run -c night\.json$/mu);
  });

  it('one that has failed says the cause, its fix as it was said, and the command that mends', () => {
    const error = 'RUN.CHUNKS_FAILED: a chunk failed: TARGET.LOCKED: pid 7 holds it';
    const failed = (fix?: string) => {
      const ended = { status: 'failed', error, ...(fix === undefined ? {} : { fix }) } as const;
      const stored = run({ status: 'partial', tables: [table('FACT_ORDERS', ended)] });
      const group = { table: 'FACT_ORDERS', code: 'TARGET.LOCKED', chunks: 1, retrying: false };
      const failures = [{ ...group, message: 'pid 7 holds it' }];
      const activity = seen({ run: stored, life: 'open', failures });
      return viewRun({ activity, troubles: troublesOfRun(activity) });
    };
    expect(failed('End pid 7.').tables[0]).toMatchObject({
      code: 'TARGET.LOCKED',
      fix: 'End pid 7.',
    });
    expect(failed().tables[0]?.fix).toMatch(/\w/u);
    const text = shown(failed('End pid 7.'), 200).join('\n');
    expect(text).toContain('a chunk failed, TARGET.LOCKED: pid 7 holds it\n  Fix: End pid 7.\n');
    expect(text.match(/End pid 7/gu)).toHaveLength(1);
  });

  it('one that is over says why it failed, and no command', () => {
    const ended = { status: 'failed', error: 'SOURCE.NETWORK: reset', fix: 'Wait.' } as const;
    const stored = run({ status: 'failed', tables: [table('FACT_ORDERS', ended)] });
    const text = shown(viewRun({ activity: seen({ run: stored, life: 'ended' }), troubles: [] }));
    expect(text.join('\n')).toContain('FACT_ORDERS: SOURCE.NETWORK: reset\n  Fix: Wait.');
  });

  it.each([
    ['completed', 'ended', 'completed'],
    ['partial', 'open', 'stopped'],
    ['partial', 'ended', 'partial'],
    ['running', 'ended', 'superseded'],
    ['partial', 'live', 'running'],
  ] as const)('%s and %s: %s', (status, life, state) => {
    expect(viewRun({ activity: seen({ run: run({ status }), life }) }).state).toBe(state);
  });

  it('time left is not told while the size of a table is not known', () => {
    const view = viewRun({ activity: seen({ paces: seen().paces.slice(0, 1) }) });
    expect(view).toMatchObject({ rowsPerSecond: 2 });
    expect(view).not.toHaveProperty('secondsLeft');
  });

  it.each([40, 60, 80, 100, 200])('nothing is wider than %d columns', (width) => {
    const lines = shown(viewRun({ activity: seen() }), width);
    for (const line of lines.filter((text) => !text.startsWith('Run '))) {
      expect(textWidth(line)).toBeLessThanOrEqual(width < 60 ? 62 : width);
    }
    expect(lines.join('\n')).toMatch(/FACT_ORDERS|…ORDERS|S /u);
  });
});

describe('names of tables where there is little room', () => {
  it('what all have in common goes first', () => {
    expect(tableNames(tables, 200)[0]).toBe('PROD.PUBLIC.FACT_ORDERS → dwh.sales.fact_orders');
    expect(tableNames(tables, 40)[0]).toBe('FACT_ORDERS → fact_orders');
    expect(tableNames(tables, 20)).toEqual(['FACT_ORDERS', 'FACT_ORDER_LINES']);
    expect(tableNames(tables, 10)).toEqual(['…S', '…_LINES']);
    const more = ['FACT_ORDERS_CONFIRMED', 'MOVIES', 'FACT_ORDERS_CANCELLED'].map((name) =>
      table(name),
    );
    expect(tableNames(more, 15)).toEqual(['…CONFIRMED', 'MOVIES', '…CANCELLED']);
  });

  it('names that say nothing of their target keep it', () => {
    const target = { database: 'dwh', schema: 'sales', name: 'other' };
    expect(tableNames([{ ...table('ORDERS'), target }], 15)).toEqual(['ORDERS → other']);
  });
});

describe('--attributed: what Snowflake attributes to a run, beside our own estimate', () => {
  const late = { lateHours: 8, keptDays: 365 };
  const ended = new Date('2026-01-02T04:00:00Z');
  const hoursLater = (hours: number) => new Date(ended.getTime() + hours * 3_600_000);
  const figures = { credits: 0.004_32, statements: 12, until: ended };
  const done = run({ status: 'completed', completedAt: ended, credits: 0.0047 });
  const asked = (hours: number, told: Parameters<typeof viewAttributed>[1], of = done) =>
    viewAttributed([viewRun({ activity: seen({ run: of, lastSign: ended }) })], told, {
      ...late,
      now: hoursLater(hours),
    });
  const some = { byRun: new Map([['r1', figures]]) };
  const nothing = { byRun: new Map() };
  const lineOf = ({ runs: [one], attribution }: ReturnType<typeof asked>, width = 100) => {
    const lines = formatRun(one!, width, attribution).map(stripVTControlCharacters);
    return lines.filter((line) => line.includes('Snowflake')).join('\n');
  };

  it.each([
    [
      2,
      some,
      'so_far',
      'Snowflake attributes 0.0043 credits to 12 of its statements so far: that comes',
    ],
    [9, some, 'complete', 'Snowflake attributes 0.0043 credits to 12 of its statements'],
    [
      2,
      nothing,
      'none_yet',
      'Snowflake attributes nothing to it yet: that comes up to 8 hours late',
    ],
    [9, nothing, 'none', 'Snowflake attributes nothing to it'],
    [24 * 400, nothing, 'forgotten', 'that is kept for 365 days'],
  ])('%i hours after its end', (hours, told, state, words) => {
    const view = asked(hours, told);
    expect(view.runs[0]?.attributed).toEqual({ state, ...(told === some ? figures : {}) });
    expect(lineOf(view)).toContain(words);
  });

  it('a run that goes on is never complete, others some time after their last sign', () => {
    const going = run({ status: 'running', completedAt: ended });
    expect(asked(99, some, going).runs[0]?.attributed?.state).toBe('so_far');
    expect(asked(99, nothing, going).runs[0]?.attributed?.state).toBe('none_yet');
    const viewed = (hours: number, activity: Partial<RunActivity>) =>
      viewAttributed([viewRun({ activity: seen(activity) })], some, {
        ...late,
        now: hoursLater(hours),
      }).runs[0]?.attributed?.state;
    const again = { run: done, life: 'ended', lastSign: hoursLater(5) } as const;
    expect([viewed(9, again), viewed(14, again)]).toEqual(['so_far', 'complete']);
    // Nobody has ended its last statement.
    const killed = { life: 'open', lastSign: ended } as const;
    expect([viewed(55, killed), viewed(57, killed)]).toEqual(['so_far', 'complete']);
  });

  it('refused: why, and the statement that mends it, in one piece however narrow', () => {
    const sql = 'GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE LOADER;';
    const refused = "SQL compilation error:\nSchema 'SNOWFLAKE.ACCOUNT_USAGE' does not exist";
    const view = asked(9, { refused, grant: { sql, why: 'shows it' } });
    expect(view.attribution).toEqual({ ...late, refused, grant: sql });
    expect(view.runs[0]?.attributed).toBeUndefined();
    const text = formatRun(view.runs[0]!, 60, view.attribution).map(stripVTControlCharacters);
    expect(text).toContain(`    in Snowflake: ${sql}`);
    expect(text.filter((line) => textWidth(line) > 60)).toEqual([`    in Snowflake: ${sql}`]);
  });

  it('in a list both stand side by side; without the flag there is neither', () => {
    const view = asked(2, some);
    for (const width of [60, 100]) {
      const lines = formatRuns(view, width).map(stripVTControlCharacters);
      expect(lines[1]).toMatch(/ 0\.0047 +0\.0043 so far/u);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    }
    const [head, line, , note] = formatRuns(view, 200).map(stripVTControlCharacters);
    expect(head).toMatch(/Rows +Credits +Attributed +Sources$/u);
    expect(line).toMatch(/ 0\.0047 +0\.0043 so far +s$/u);
    expect(note).toContain('up to 8 hours late');
    expect(formatRuns({ runs: view.runs }, 200)).toHaveLength(2);
    expect(formatRun(view.runs[0]!, 100).join('\n')).not.toContain('Snowflake');
  });
});
