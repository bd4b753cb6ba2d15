import { describe, expect, it } from 'vitest';

import type { RunActivity } from '../../src/contract/observes.ts';
import { troublesOfRun } from '../../src/diagnose/troubles-of-run.ts';
import { ofSnapshot, troublesOfStages } from '../../src/diagnose/troubles-of-source.ts';
import { troublesOfSessions } from '../../src/diagnose/troubles-of-target.ts';

const at = new Date('2026-01-02T00:00:00Z');
const ref = { database: 'dst', schema: 'public', name: 'a' };

function activity(changes: Partial<RunActivity> = {}): RunActivity {
  const figures = { totalChunks: 4, completedChunks: 1, failedChunks: 0, rows: 1, bytes: 1 };
  const table = { key: 'k', sourceName: 's', source: ref, target: ref, ...figures } as const;
  return {
    run: {
      id: 'r',
      status: 'running',
      startedAt: at,
      sourceNames: ['s'],
      rows: 1,
      tables: [{ ...table, status: 'in_progress' }],
    },
    life: 'live',
    owner: 'host/1/ab',
    attempts: 1,
    now: at,
    lastSign: at,
    paces: [],
    workers: [],
    failures: [],
    ...changes,
  };
}

describe('troubles of a run', () => {
  const kinds = (changes: Partial<RunActivity>) =>
    troublesOfRun(activity(changes)).map(({ kind }) => kind);

  it('of one that is alive and well, or over, there are none', () => {
    const failures = [
      { table: 'k', code: 'SOURCE.NETWORK', chunks: 1, retrying: false, message: 'm' },
    ];
    expect(kinds({})).toEqual([]);
    expect(kinds({ life: 'ended', failures })).toEqual([]);
  });

  it('a dead one names its owner, its last sign and what is left', () => {
    const [dead] = troublesOfRun(activity({ life: 'open' }));
    expect(dead).toMatchObject({ kind: 'dead-run', command: ['run'] });
    expect(dead?.message).toContain('host/1/ab is gone, last sign of life at 2026-01-02T00:00:00Z');
    expect(dead?.message).toContain('1 of 1 tables are left');
  });

  it('one that was stopped, and one that failed, are told by why they ended', () => {
    const ended = (error: string) =>
      activity({
        life: 'open',
        run: { ...activity().run, status: 'partial', error },
      });
    expect(troublesOfRun(ended('RUN.STOPPED: stopped by SIGINT'))).toMatchObject([
      { kind: 'unfinished-run', command: ['run'] },
    ]);
    const [failed] = troublesOfRun(ended('SOURCE.AUTH_FAILED: no'));
    expect(failed).toMatchObject({ kind: 'failed-run', code: 'SOURCE.AUTH_FAILED' });
    expect(failed?.fix).toContain('snowflake.user');
  });

  it('chunks that are tried again are no failure yet; those that failed are, with the fix of their code', () => {
    const group = { table: 'k', code: 'TARGET.RESOURCES', chunks: 3, message: 'no space' };
    const [failed, again] = troublesOfRun(
      activity({
        failures: [
          { ...group, retrying: false },
          { ...group, retrying: true },
        ],
      }),
    );
    expect(failed).toMatchObject({ kind: 'failed-chunks', level: 'wrong', command: ['run'] });
    expect(failed?.message).toBe(
      'dst.public.a: 3 chunks failed, TARGET.RESOURCES, one of them: no space',
    );
    expect(failed?.fix).toContain('Free what');
    expect(again).toMatchObject({ kind: 'tried-again', level: 'waits' });
  });

  it('a worker that gives no sign, and one that waits', () => {
    const worker = { worker: 'w', chunks: 2, overdue: 0, silent: false };
    const waitsFor = { what: 'a lock', since: at };
    expect(kinds({ workers: [worker] })).toEqual([]);
    expect(kinds({ workers: [{ ...worker, silent: true, waitsFor }] })).toEqual(['dead-worker']);
    expect(kinds({ workers: [{ ...worker, overdue: 1 }] })).toEqual(['dead-worker']);
    expect(kinds({ workers: [{ ...worker, waitsFor }] })).toEqual(['waiting']);
  });
});

describe('a snapshot that Time Travel soon will not reach', () => {
  const past = { hours: 24, lengthen: 'ALTER TABLE …;' };
  const after = (hours: number) =>
    ofSnapshot({ run: 'r', table: 'T', at }, past, new Date(at.getTime() + hours * 3_600_000));

  it('is told in the last fifth of what is kept, with the statement that keeps it longer', () => {
    expect(after(19)).toEqual([]);
    expect(after(20)).toMatchObject([{ sql: { at: 'snowflake', statement: 'ALTER TABLE …;' } }]);
    expect(after(23.9)[0]?.message).toContain('until 2026-01-03T00:00:00Z only');
  });

  it('is told as gone once it is: the same command reads the table anew', () => {
    const [gone] = after(24);
    expect(gone).toMatchObject({ kind: 'snapshot-ending', command: ['run'] });
    expect(gone?.sql).toBeUndefined();
  });
});

describe('waits for a lock', () => {
  const wait = { pid: 1, run: 'r', since: 's', waitsFor: 'ExclusiveLock on t' };
  const end = 'SELECT end();';
  const found = (
    blockers: readonly { who: string; run?: string }[],
    lives: [string, 'live' | 'open'][],
  ) =>
    troublesOfSessions(
      [{ ...wait, blockers: blockers.map((one) => ({ ...one, end })) }],
      'dst',
      new Map(lives),
    );

  it('chunks of one run that wait for each other are no trouble', () => {
    expect(found([{ who: 'x', run: 'r' }], [['r', 'live']])).toEqual([]);
  });

  it('a stranger is ended by the statement; a run that is gone by a repair; one that is alive is waited for', () => {
    expect(found([{ who: 'psql' }], [])).toMatchObject([
      { sql: { database: 'dst', statement: end } },
    ]);
    expect(found([{ who: 'x', run: 'o' }], [['o', 'open']])).toMatchObject([
      { command: ['repair'] },
    ]);
    const [alive] = found([{ who: 'x', run: 'o' }], [['o', 'live']]);
    expect(alive?.command ?? alive?.sql).toBeUndefined();
    expect(alive?.fix).toContain('when run o is done');
  });

  it('of a run that is gone it is no wait: its session is an orphan, which a repair ends', () => {
    expect(found([{ who: 'psql' }], [['r', 'open']])).toEqual([]);
  });
});

describe('stages', () => {
  it('of ended runs are for a repair, those of unknown ones for whoever knows', () => {
    const stage = (outcome: 'removed' | 'kept' | 'busy' | 'unknown') => ({
      name: 'S',
      run: 'r',
      outcome,
    });
    const found = troublesOfStages([
      stage('removed'),
      stage('kept'),
      stage('busy'),
      stage('unknown'),
    ]);
    expect(found).toMatchObject([
      { command: ['repair'] },
      { sql: { at: 'snowflake', statement: 'DROP STAGE S;' } },
    ]);
  });
});
