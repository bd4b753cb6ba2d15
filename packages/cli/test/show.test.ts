import { stripVTControlCharacters } from 'node:util';

import type {
  ClearedStage,
  RepairedSession,
  RepairedGathering,
  RepairReport,
  Verification,
} from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import type { RepairView } from '../src/repair/repair-all.ts';
import { formatBytes, formatDuration, formatRows } from '../src/show/quantities.ts';
import { formatRejectedRows, formatRejectGroups } from '../src/show/rejects.ts';
import { formatRepair, isSettled } from '../src/show/repaired.ts';
import { formatTable } from '../src/show/text-table.ts';
import { formatRunReport, type RunView } from '../src/show/run-report.ts';
import { formatRun } from '../src/status/format-status.ts';
import { unseen } from '../src/status/read-status.ts';
import { viewRun } from '../src/status/view-status.ts';
import { textWidth, truncateText } from '../src/terminal/text-width.ts';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [16_000_000_000, '16.0 GB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0.04, '0.0s'],
    [9.96, '10s'],
    [59.7, '1m 00s'],
    [61, '1m 01s'],
    [7620, '2h 07m'],
  ])('%d seconds', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('rows have their thousands set apart', () => expect(formatRows(1234567.8)).toBe('1,234,568'));
});

describe('how a table was compared', () => {
  const why = 'both sides write JSON differently';
  const one = { column: 'v', why };
  it.each<[Verification | undefined, string]>([
    [undefined, 'no'],
    [{ by: 'count' }, 'yes, count'],
    [{ by: 'digest' }, 'yes, digest'],
    [{ by: 'digest', leftOut: [one] }, 'yes, digest without 1 column'],
    [{ by: 'digest', leftOut: [one, one], trimmed: ['t'] }, 'yes, digest without 2 columns'],
  ])('%j is told as %j by run and status', (verification, words) => {
    const ref = { database: 'D', schema: 'S', name: 'T' };
    const figures = { rows: 1, bytes: 1, totalChunks: 1, completedChunks: 1, failedChunks: 0 };
    const table = {
      key: 't',
      sourceName: 's',
      source: ref,
      target: ref,
      status: 'completed',
    } as const;
    const merged = { inserted: 1200, updated: 2, unchanged: 1, deleted: 3 };
    const told = { ...(verification === undefined ? {} : { verification }), merged };
    const split = 'D.S.T: 1,200 inserted, 2 updated, 1 unchanged, 3 deleted';
    const run = { id: 'r', status: 'completed', startedAt: new Date(0), sourceNames: [] } as const;
    const summary = { ...run, rows: 1, tables: [{ ...table, ...figures, ...told }] };
    const status = formatRun(viewRun({ activity: unseen(summary) }), 200).join('\n');
    expect(status).toMatch(new RegExp(` {2}${words}$`, 'm'));
    expect(status).toContain(split);
    const ended = { chunks: 1, rejected: 0, seconds: 1, findings: [], notices: [] };
    const verified = verification !== undefined;
    const report: RunView = {
      run: 'r',
      resumed: false,
      status: 'completed',
      stopped: false,
      rejected: 0,
      seconds: 1,
      rows: 1,
      bytes: 1,
      tables: [{ ...table, rows: 1, bytes: 1, ...ended, verified, ...told }],
    };
    const lines = formatRunReport(report, 200).map((line) => stripVTControlCharacters(line));
    expect(lines.join('\n')).toMatch(new RegExp(` {2}${words}$`, 'm'));
    expect(lines).toContain(split);
  });
});

describe('text', () => {
  it('wide characters take two columns, marks none', () => {
    expect(textWidth('表')).toBe(2);
    expect(textWidth('e\u0301')).toBe(1);
    expect(textWidth('\u001b[31mred\u001b[39m')).toBe(3);
  });

  it('what is cut shows that it is', () => {
    expect(truncateText('PUBLIC.ORDERS', 13)).toBe('PUBLIC.ORDERS');
    expect(truncateText('PUBLIC.ORDERS', 8)).toBe('PUBLIC.…');
    expect(textWidth(truncateText('表表表表', 4))).toBeLessThanOrEqual(4);
  });

  it('a table gives way in its first column', () => {
    const columns = [{ title: 'Name' }, { title: 'Rows', align: 'right' as const }];
    const lines = formatTable(columns, [['A_VERY_LONG_TABLE_NAME', '12']], 20);
    expect(lines[1]).toBe('A_VERY_LONG_T…    12');
  });
});

describe('what repair has found', () => {
  const target = { database: 'd', schema: 's', name: 't' };
  const shadow = { place: 'shadow_1', run: 'r', target } as const;
  const session = { id: 7, run: 'r', since: '2026-01-01T00:00:00Z' } as const;
  const stage = { name: '"D"."S"."SNOWMELT_R"', run: 'r' } as const;
  const view = (
    found: Partial<RepairReport>,
    stages: RepairView['stages'] = [],
    dryRun = false,
  ) => ({
    dryRun,
    databases: [{ database: 'd', tables: [], gathered: [], sessions: [], ...found }],
    stages,
  });
  const shadows = (outcome: RepairedGathering['outcome']) =>
    view({ gathered: [{ ...shadow, outcome }] });
  const sessions = (outcome: RepairedSession['outcome']) =>
    view({ sessions: [{ ...session, outcome }] });
  const stages = (outcome: ClearedStage['outcome']) => view({}, [{ ...stage, outcome }]);

  it.each([
    [shadows('removed'), true, 'removed: what was gathered in snowmelt.shadow_1, of run r'],
    [shadows('kept'), true, '--drop-shadows'],
    [shadows('busy'), false, 'a run is loading that table'],
    [shadows('not-owned'), false, 'another role owns it'],
    [view({ gathered: [{ place: 'shadow_1', outcome: 'removed' }] }), true, 'that no run has'],
    [sessions('ended'), true, 'ended: the session with pid 7 of run r, at work since 2026'],
    [sessions('busy'), true, 'which is alive'],
    [sessions('unknown'), true, 'the status database does not know'],
    [sessions('not-allowed'), false, 'SELECT pg_terminate_backend(7);'],
    [stages('removed'), true, 'removed: the stage "D"."S"."SNOWMELT_R" of run r'],
    [stages('kept'), true, 'can go on with its files'],
    [stages('busy'), true, 'which is alive'],
    [stages('unknown'), true, 'DROP STAGE "D"."S"."SNOWMELT_R";'],
  ])('P8: it says what it is and what can be done: %#', (found, settled, text) => {
    expect(formatRepair(found).join('\n')).toContain(text);
    expect(isSettled(found)).toBe(settled);
  });

  it('a dry run says what would be done, and that something would', () => {
    const table = { target, busy: false, owed: ['t_name'], findings: [] };
    const found = view({ tables: [table] }, [{ ...stage, outcome: 'removed' }], true);
    const text = formatRepair(found).join('\n');
    expect(text).toContain('d.s.t: would be brought back: t_name');
    expect(text).toContain('would be removed: the stage');
    expect(isSettled(found)).toBe(false);
    expect(isSettled(view({}, [{ ...stage, outcome: 'kept' }], true))).toBe(true);
  });
});

describe('refused rows', () => {
  it('P7: a terminal does not obey what a row, or the message about it, holds', () => {
    const escape = '\u001B[31m';
    const place = {
      run: 'r',
      table: 't',
      target: { database: 'd', schema: 's', name: 'n' },
      state: 'open',
      code: '22P02',
    } as const;
    const row = {
      ...place,
      id: '1',
      chunk: 'c',
      message: `not a number: "${escape}"`,
      rejectedAt: new Date(0),
      row: `"${escape}\n"`,
    };
    const lines = [
      ...formatRejectedRows([row], 200),
      ...formatRejectGroups([{ ...place, reason: escape, rows: 1 }], 200),
    ];
    expect(lines.join('')).toContain('\\u001b[31m');
    expect(lines.map(stripVTControlCharacters).join('')).not.toMatch(/\p{Cc}/u);
    expect(lines.join('')).not.toContain(escape);
  });
});
