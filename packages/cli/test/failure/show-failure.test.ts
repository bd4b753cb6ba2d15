import { stripVTControlCharacters } from 'node:util';

import { Errors } from '@oclif/core';
import { SnowmeltError, type RunReport } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { exitCodeOf, exitCodeOfReport } from '../../src/failure/exit-codes.ts';
import { formatFailure, viewFailure } from '../../src/failure/show-failure.ts';

const failure = new SnowmeltError('TARGET.ROW_REJECTED', 'value too long', {
  place: { run: 'r1', table: 's/A->b', chunk: 'c9', column: 'NAME' },
  cause: new Error('the driver said so'),
});

describe('P8: a failure says code, message, place and fix', () => {
  it('in lines for people, without a stack', () => {
    const view = viewFailure(failure, 'snowmelt');
    expect(view && formatFailure(view).map(stripVTControlCharacters)).toEqual([
      'Error TARGET.ROW_REJECTED: value too long',
      '  in run r1, table s/A->b, chunk c9, column NAME',
      `Fix: ${failure.fix}`,
    ]);
  });

  it('and as JSON, without the cause', () => {
    expect(viewFailure(failure, 'snowmelt')).toEqual({
      code: 'TARGET.ROW_REJECTED',
      message: 'value too long',
      fix: failure.fix,
      place: { run: 'r1', table: 's/A->b', chunk: 'c9', column: 'NAME' },
    });
  });

  it('a command line that cannot be used has the same shape', () => {
    const error = new Errors.CLIError('Nonexistent flag: --foo\nSee more help with --help');
    expect(viewFailure(error, 'snowmelt')).toMatchObject({
      code: 'CLI.USAGE',
      message: 'Nonexistent flag: --foo',
    });
  });

  it.each([
    ['a parser', () => JSON.parse('["SECRET row"')],
    ['a schema', () => Promise.reject(Object.assign(new Error('SECRET'), { name: 'ZodError' }))],
    ['a long text', () => Promise.reject(new Error(`broken: ${'x'.repeat(300)}SECRET`))],
    ['a text of lines', () => Promise.reject(new Error('broken\nSECRET'))],
    ['what is no error', () => Promise.reject('SECRET')],
  ])('P7: a defect shows nothing of what %s had in hand', async (_, work) => {
    const error: unknown = await Promise.resolve()
      .then(work)
      .catch((reason: unknown) => reason);
    const view = viewFailure(error, 'snowmelt');
    expect(view?.code).toBe('BUG');
    expect(JSON.stringify(view)).not.toContain('SECRET');
  });

  it('the end of --help is no failure', () => {
    expect(viewFailure(new Errors.ExitError(0), 'snowmelt')).toBeUndefined();
  });
});

describe('exit codes', () => {
  const stopped = new SnowmeltError('RUN.STOPPED', 'stopped by SIGINT');
  it.each([
    ['a bug', new TypeError('x is not a function'), 1],
    ['an expected failure', failure, 2],
    ['a wrong flag', new Errors.CLIError('Nonexistent flag: --foo'), 2],
    ['a stop', stopped, 3],
    ['--help', new Errors.ExitError(0), 0],
  ])('%s', (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  const report = (status: RunReport['status'], ...tables: string[]) =>
    ({
      status,
      stopped: tables.includes('stopped'),
      tables: tables.map((one) => ({ status: one, findings: [] })),
    }) as unknown as RunReport;
  it.each([
    [report('completed', 'completed', 'skipped'), 0],
    [report('partial', 'completed', 'failed'), 2],
    [report('failed', 'failed'), 2],
    [report('partial', 'completed', 'stopped'), 3],
    [report('partial', 'failed', 'stopped'), 2],
  ])('%j', (one, code) => {
    expect(exitCodeOfReport(one)).toBe(code);
  });

  it('4 where the rows are in and something is missing', () => {
    const done = report('completed', 'completed');
    const tables = [{ ...done.tables[0], findings: [{}] }] as unknown as RunReport['tables'];
    expect(exitCodeOfReport({ ...done, tables })).toBe(4);
  });
});
