import { stripVTControlCharacters } from 'node:util';

import type { RunSummary, TableSummary } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { formatEvents } from '../src/history/format-events.ts';
import { formatHistory } from '../src/history/format-history.ts';
import { compareRuns, viewOutcome } from '../src/history/view-history.ts';
import { textWidth } from '../src/terminal/text-width.ts';
import { viewAttributed } from '../src/status/attributed.ts';
import { unseen } from '../src/status/read-status.ts';
import { viewRun } from '../src/status/view-status.ts';

const at = (minutes: number) => new Date(Date.UTC(2026, 0, 2, 3, minutes));

function table(name: string, minutes: number, changes: Partial<TableSummary> = {}): TableSummary {
  const source = { database: 'PROD', schema: 'PUBLIC', name };
  const target = { database: 'dwh', schema: 'sales', name: name.toLowerCase() };
  const chunks = { totalChunks: 1, completedChunks: 1, failedChunks: 0 };
  const times = { startedAt: at(0), completedAt: at(minutes) };
  const figures = { rows: 1000 * minutes, bytes: 10, ...chunks, ...times };
  return {
    key: name,
    sourceName: 's',
    source,
    target,
    status: 'completed',
    ...figures,
    ...changes,
  };
}

function run(id: string, tables: readonly TableSummary[]): RunSummary {
  const ended = { startedAt: at(0), completedAt: at(10), credits: 0.25 };
  return { id, status: 'completed', sourceNames: ['s'], rows: 3000, tables, ...ended };
}

const before = run('r1', [table('ORDERS', 4), table('GONE', 1)]);
const after = run('r2', [table('ORDERS', 6), table('NEW', 1, { status: 'failed' })]);

describe('history', () => {
  it('says of each run how long it took, its rows, its rate, its credits and its end', () => {
    const outcome = viewOutcome(viewRun({ activity: unseen(after) }));
    expect(outcome).toMatchObject({
      state: 'completed',
      seconds: 600,
      rowsPerSecond: 5,
      tables: 2,
      completedTables: 1,
      failedTables: 1,
      credits: 0.25,
    });
    const [head, line] = formatHistory({ runs: [outcome] }, 200).map(stripVTControlCharacters);
    expect(head).toMatch(/^Run +Started +State +Time +Tables +Rows +Rows\/s +Credits +Sources$/u);
    expect(line).toMatch(
      /^r2 +2026-01-02T03:00:00Z +completed +10m 00s +1\/2 +3,000 +5 +0\.25 +s$/u,
    );
  });

  it('--attributed: what Snowflake attributes stands beside the estimate, at any width', () => {
    const late = { lateHours: 8, keptDays: 365 };
    const figures = { credits: 0.23, statements: 40, until: at(10) };
    const runs = [viewRun({ activity: unseen({ ...after, id: crypto.randomUUID() }) })];
    const told = { byRun: new Map(runs.map(({ id }) => [id, figures])) };
    const view = viewAttributed(runs, told, { ...late, now: at(11) });
    const outcomes = { ...view, runs: view.runs.map(viewOutcome) };
    expect(outcomes.runs[0]).toMatchObject({ credits: 0.25, attributed: { credits: 0.23 } });
    for (const width of [60, 100, 200]) {
      const lines = formatHistory(outcomes, width).map(stripVTControlCharacters);
      expect(lines[0]).toMatch(/ Credits +Attributed/u);
      expect(lines[1]).toMatch(/ 0\.25 +0\.23 so far/u);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    }
    const grant = { sql: 'GRANT …;', why: 'shows it' };
    const refused = viewAttributed(
      runs,
      { refused: 'no such schema', grant },
      { ...late, now: at(11) },
    );
    const lines = formatHistory({ ...refused, runs: refused.runs.map(viewOutcome) }, 100);
    expect(lines.join('\n')).toMatch(/no such schema[^]*in Snowflake: .*GRANT …;/u);
    expect(lines[0]).not.toContain('Attributed');
  });

  it('sets two runs side by side, tables of only one of them as well', () => {
    const compared = compareRuns(before, after);
    expect(compared.tables.map(({ source }) => source.name)).toEqual(['ORDERS', 'NEW', 'GONE']);
    const text = formatHistory(
      { runs: [viewOutcome(viewRun({ activity: unseen(after) }))], compared },
      60,
    )
      .map(stripVTControlCharacters)
      .slice(3)
      .join('\n');
    expect(text).toContain('r1 before, r2 after');
    expect(text).toMatch(/ORDERS +4,000 +6,000 +(?:4m 00s +)?6m 00s(?: +\+50%)?/u);
    expect(text).toMatch(/NEW +– +failed/u);
    expect(text).toMatch(/GONE +1,000 +–/u);
  });
});

describe('logs', () => {
  it('says when what began, ended, failed and was tried again, no wider than the terminal', () => {
    const events = [
      { at: at(0), of: 'run', name: 'r1', event: 'began' },
      {
        at: at(1),
        of: 'chunk',
        name: 'ORDERS c1',
        event: 'tried_again',
        text: 'SOURCE.NETWORK: x',
      },
      { at: at(2), of: 'table', name: 'ORDERS', event: 'failed', text: 'TARGET.LOCKED: pid 7' },
    ] as const;
    expect(formatEvents('r1', events, 200).map(stripVTControlCharacters)).toEqual([
      'Run r1',
      '· 2026-01-02T03:00:00Z the run began',
      '↻ 2026-01-02T03:01:00Z chunk ORDERS c1 was tried again: SOURCE.NETWORK: x',
      '✘ 2026-01-02T03:02:00Z table ORDERS failed: TARGET.LOCKED: pid 7',
    ]);
    const narrow = formatEvents('r1', events, 50).map(stripVTControlCharacters);
    expect(Math.max(...narrow.map(textWidth))).toBeLessThanOrEqual(50);
  });
});
