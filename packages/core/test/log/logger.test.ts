import { describe, expect, it } from 'vitest';

import { createLogger, formatJson, formatLogfmt, type LogEntry } from '../../src/index.ts';

const entry: LogEntry = {
  time: new Date(0),
  level: 'warn',
  event: 'chunk_retried',
  fields: { table: 'a b', rows: 3, missing: undefined, text: 'x="1"\n' },
};

describe('the logger', () => {
  it('writes entries of its level and above', () => {
    const events: string[] = [];
    const log = createLogger('warn', ({ event }) => events.push(event));
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(events).toEqual(['c', 'd']);
  });

  it('writes one line an event, whatever is in the fields', () => {
    expect(formatLogfmt(entry)).toBe(
      'time=1970-01-01T00:00:00.000Z level=warn event=chunk_retried table="a b" rows=3 text="x=\\"1\\"\\n"',
    );
    expect(JSON.parse(formatJson(entry))).toMatchObject({ event: 'chunk_retried', rows: 3 });
  });

  it('P7: nothing that a terminal obeys, or that turns a text around, is in a line of either form', () => {
    const name = 'a\u001b]0;owned\u0007b\u009b31mc\u202egnp.exe\u2028d\u007f';
    const hostile = { ...entry, fields: { table: name, [name]: 1 } };
    for (const line of [formatLogfmt(hostile), formatJson(hostile)]) {
      expect(line).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
      expect(line).toContain('a\\u001b]0;owned\\u0007b\\u009b31mc\\u202egnp.exe\\u2028d\\u007f');
    }
    expect(JSON.parse(formatJson(hostile))).toMatchObject({ table: name });
  });
});
