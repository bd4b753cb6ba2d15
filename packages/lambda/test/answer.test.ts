import { SnowmeltError, type RunReport, type RunSummary, type TableJob } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { migrateAnswer, migrateBodySchema, type Effort } from '../src/answer.ts';
import { outOfTime } from '../src/short-answers.ts';

type Status = RunReport['tables'][number]['status'];

const effort: Effort = { madeProgress: true, withoutProgress: 0, seconds: 1, remainingSeconds: 3 };

/** `a: 'completed stopped'` are two tables of source `a`. */
function outcomeOf(written: Readonly<Record<string, string>>, retry: 'run' | 'never' = 'run') {
  const tables = Object.entries(written).flatMap(([source, statuses]) =>
    statuses
      .split(' ')
      .map((status, n) => ({ source, status: status as Status, key: `${source}${n}` })),
  );
  const error = new SnowmeltError('RUN.CHUNKS_FAILED', 'a chunk failed', { retry });
  const report = {
    run: 'r',
    status: 'partial',
    stopped: tables.some(({ status }) => status === 'stopped'),
    rejected: 0,
    tables: tables.map(({ key, status }) => ({
      key,
      status,
      rows: status === 'stopped' ? 0 : 10,
      rejected: 0,
      ...(status === 'failed' ? { error } : {}),
    })),
  } as unknown as RunReport;
  const stored = {
    rows: 77,
    tables: tables.map(({ status }) => ({ status, completedChunks: 1, totalChunks: 4 })),
  } as unknown as RunSummary;
  const jobs = tables.map(({ key, source }) => ({ key, sourceName: source }) as TableJob);
  return { jobs, report, stored };
}

describe('the answer to migrate', () => {
  it('says of each source how it ended', () => {
    const outcome = outcomeOf({
      done: 'completed skipped',
      mixed: 'completed failed',
      half: 'completed stopped',
      later: 'stopped',
    });
    const { statusCode, body } = migrateAnswer(outcome, effort);
    expect(statusCode).toBe(200);
    const parsed = migrateBodySchema.strict().parse(body);
    expect(Object.values(parsed.sources).map(({ status }) => status)).toEqual([
      'completed',
      'failed',
      'partial',
      'not_started',
    ]);
    expect(parsed).toMatchObject({
      status: 'partial',
      run_id: 'r',
      total_sources: 4,
      sources_completed: 1,
      sources_partial: 2,
      sources_failed: 1,
      total_rows_migrated: 77,
      needs_retry: true,
      attempts_without_progress: 0,
    });
    expect(parsed.sources['mixed']).toMatchObject({
      tables_completed: 1,
      tables_failed: 1,
      rows_migrated: 20,
      error: 'RUN.CHUNKS_FAILED: a chunk failed',
    });
  });

  it('is 500 where every source has failed', () => {
    const { statusCode, body } = migrateAnswer(outcomeOf({ a: 'failed', b: 'failed' }), effort);
    expect(statusCode).toBe(500);
    expect(body).toMatchObject({ status: 'failed', error_type: 'RUN.CHUNKS_FAILED' });
  });

  it('asks for no other invocation where people have to mend something', () => {
    const outcome = outcomeOf({ a: 'completed failed', b: 'completed' }, 'never');
    const { body } = migrateAnswer(outcome, effort);
    expect(body).toMatchObject({ status: 'partial', needs_retry: false });
  });

  it('ends a loop that gets nothing done, at the third time', () => {
    const stuck = { ...effort, madeProgress: false };
    const outcome = outcomeOf({ a: 'stopped' });
    expect(migrateAnswer(outcome, { ...stuck, withoutProgress: 1 })).toMatchObject({
      statusCode: 200,
      body: { needs_retry: true, attempts_without_progress: 2 },
    });
    expect(migrateAnswer(outcome, { ...stuck, withoutProgress: 2 })).toMatchObject({
      statusCode: 500,
      body: { status: 'failed', needs_retry: false, error_type: 'RUN.NO_PROGRESS' },
    });
  });

  it('a step that an invocation spent all its time on ends the loop at once, by name', () => {
    const outcome = outcomeOf({ big: 'stopped' });
    const longStep = { table: 'big0', phase: 'publishing' };
    const spent = { ...effort, madeProgress: false, longStep };
    const { statusCode, body } = migrateAnswer(outcome, spent);
    expect(statusCode).toBe(500);
    expect(body).toMatchObject({
      status: 'failed',
      needs_retry: false,
      error_type: 'RUN.STEP_TOO_LONG',
      error: expect.stringContaining('publishing big0'),
    });
    expect(body).toMatchObject({
      error: expect.stringContaining('snowmelt run --resume-run-id r'),
    });
    const other = migrateAnswer(outcome, { ...spent, madeProgress: true }).body;
    expect(other, 'an index of several was built').toMatchObject({ needs_retry: true });
  });

  it('a time that was up before anything was recorded is gone on with, three times at most', () => {
    const { jobs } = outcomeOf({ a: 'stopped' });
    const seen = { observer: {}, progress: false, phases: new Map(), warnings: [], earlier: [] };
    expect(outOfTime(jobs, seen, 0)).toMatchObject({
      statusCode: 200,
      body: { status: 'partial', needs_retry: true, attempts_without_progress: 1 },
    });
    expect(outOfTime(jobs, { ...seen, progress: true, run: 'r' }, 2).body).toMatchObject({
      run_id: 'r',
      needs_retry: true,
      attempts_without_progress: 0,
    });
    expect(outOfTime(jobs, seen, 2)).toMatchObject({
      statusCode: 500,
      body: { status: 'failed', needs_retry: false, error_type: 'RUN.NO_PROGRESS' },
    });
  });
});
