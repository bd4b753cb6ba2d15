import { describe, expect, it } from 'vitest';

import { parseEvent } from '../src/index.ts';

describe('parseEvent', () => {
  it.each([
    ['a text', 'a, b', ['a', 'b']],
    ['a list', ['a', 'b'], ['a', 'b']],
  ])('takes the sources as %s', (_name, source_name, expected) => {
    expect(parseEvent({ action: 'migrate', source_name }).source_name).toEqual(expected);
  });

  it('takes an event that Step Functions wraps in input', () => {
    expect(parseEvent({ input: { action: 'validate_config' } }).action).toBe('validate_config');
  });

  it('P8: names the key that it does not know', () => {
    expect(() => parseEvent({ action: 'migrate', sorce_name: 'a' })).toThrow(/sorce_name/);
  });
});
