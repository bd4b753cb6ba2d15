import { describe, expect, it } from 'vitest';

import { parseEvent, type Invocation } from '../src/index.ts';

const usual = {
  action: 'migrate',
  beginsAnew: false,
  resumeMaxAge: 168,
  isLater: false,
  before: { withoutProgress: 0 },
} satisfies Invocation;

const defaults = (given: object) => ({ defaults: given });

describe('an event', () => {
  const forms: readonly [string, unknown, Partial<Invocation>][] = [
    ['nothing at all', undefined, {}],
    ['null', null, {}],
    ['an empty one', {}, {}],
    ['an action at the top', { action: 'validate_config' }, { action: 'validate_config' }],
    ['all in input', { input: { action: 'test_connections' } }, { action: 'test_connections' }],
    [
      'an action beside input',
      { action: 'migrate', input: { source_name: 'a', action: 'validate_config' } },
      { sources: ['a'] },
    ],
    [
      'the state of a machine in input, with an input of its own',
      {
        action: 'migrate',
        input: { input: { source_name: 'a' }, ...defaults({ no_resume: true }) },
      },
      { sources: ['a'], beginsAnew: true },
    ],
    ['null beside input', { source_name: null, input: { source_name: 'a' } }, { sources: ['a'] }],
    ['a source', { source_name: 'a' }, { sources: ['a'] }],
    ['sources with commas', { source_name: ' a, b,, ' }, { sources: ['a', 'b'] }],
    ['sources in a list', { source_name: ['a', 'b '] }, { sources: ['a', 'b'] }],
    ['no source as null', { source_name: null }, {}],
    ['no source as nothing', { source_name: '' }, {}],
    ['no source as an empty list', { source_name: [] }, {}],
    ['no_resume', { no_resume: true }, { beginsAnew: true }],
    ['no_resume as text', { no_resume: 'true' }, { beginsAnew: true }],
    [
      'no_resume of defaults',
      { no_resume: null, ...defaults({ no_resume: true }) },
      { beginsAnew: true },
    ],
    ['no_resume said otherwise', { no_resume: false, ...defaults({ no_resume: true }) }, {}],
    ['an age', { resume_max_age: 5 }, { resumeMaxAge: 5 }],
    ['an age as text', { resume_max_age: '12' }, { resumeMaxAge: 12 }],
    ['an age of 0', { resume_max_age: 0 }, {}],
    [
      'an age of 0 and a default',
      { resume_max_age: 0, ...defaults({ resume_max_age: 7 }) },
      { resumeMaxAge: 7 },
    ],
    [
      'no age and a default',
      { resume_max_age: null, ...defaults({ resume_max_age: 7 }) },
      { resumeMaxAge: 7 },
    ],
    ['a run', { resume_run_id: 'r-1' }, { resumeRun: 'r-1' }],
    ['a run that is blank', { resume_run_id: '' }, {}],
    ['keys of others', { comment: 'nightly', 'detail-type': 'Scheduled Event', id: 7 }, {}],
    [
      'a later invocation by its count: no_resume is not meant again',
      { no_resume: true, resume_attempt_count: 1 },
      { isLater: true },
    ],
    ['the first by its count', { no_resume: true, resume_attempt_count: 0 }, { beginsAnew: true }],
    [
      'a count in defaults',
      { no_resume: true, ...defaults({ resume_attempt_count: 3 }) },
      { isLater: true },
    ],
    [
      'a later invocation by the answer before it',
      { no_resume: true, migrationResult: { body: { status: 'partial', needs_retry: true } } },
      { isLater: true, before: { needsRetry: true, withoutProgress: 0 } },
    ],
    [
      'a later invocation by the error before it',
      { no_resume: true, migrationResult: { Error: 'Sandbox.Timedout', Cause: '…' } },
      { isLater: true },
    ],
    [
      'one without progress before it',
      { migrationResult: { body: { needs_retry: true, attempts_without_progress: 2 } } },
      { isLater: true, before: { needsRetry: true, withoutProgress: 2 } },
    ],
  ];
  it.each(forms)('is taken: %s', (_name, event, expected) => {
    expect(parseEvent(event)).toEqual({ ...usual, ...expected });
  });

  it.each([
    ['a text', '{"action": "migrate"}', /expected object/],
    ['a list', [], /expected object/],
    ['an action that is no text', { action: 7 }, /action/],
    ['an age below 0', { resume_max_age: -1 }, /resume_max_age/],
    ['no_resume that is no truth', { no_resume: 'perhaps' }, /no_resume/],
    ['sources that are no names', { source_name: [1] }, /source_name/],
  ])('P8: is refused with its key: %s', (_name, event, message) => {
    expect(() => parseEvent(event)).toThrow(message);
  });

  it('of a run in parts: the batch, the run and why, also beside an input', () => {
    const batch = { run: 'r', table: 't', batch: 3, chunks: 20 };
    const input = { input: { source_name: 'a' }, batch };
    expect(parseEvent({ action: 'load', input, batch })).toMatchObject({
      action: 'load',
      sources: ['a'],
      batch,
    });
    expect(parseEvent({ action: 'finish', run_id: 'r' })).toMatchObject({ run: 'r' });
    expect(parseEvent({ action: 'abort', run_id: 'r', why: 'enough' }).why).toBe('enough');
    expect(() => parseEvent({ action: 'load', batch: { run: 'r' } })).toThrow(/batch/u);
  });
});
