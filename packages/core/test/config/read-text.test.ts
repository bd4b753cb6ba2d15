import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { detectFormat, findJsonFault, readText } from '../../src/config/read-text.ts';

describe('P8: a syntax error has its line and column', () => {
  const cases: readonly [string, 'json' | 'yaml', string][] = [
    ['{\n  "a": 1,\n}', 'json', 'c:3:1: expected a key in double quotes'],
    ['{\n  "a": [1,]}', 'json', 'c:2:11: expected a value'],
    ['{"a": 1', 'json', 'c:1:8: expected a comma or the end of the object, but the file ends here'],
    ['{"a": "x\ny"}', 'json', 'c:1:7: this string does not end'],
    ['{"a": 01}', 'json', 'c:1:7: expected a value'],
    ['{"a": 1} x', 'json', 'c:1:10: unexpected text after the end'],
    ['{"a": 1,\n "a": 2}', 'json', 'c:2:2: the key a stands twice in one object'],
    ['a: 1\nb: [1, 2\nc: 3', 'yaml', 'c:3:1: '],
    ['a: 1\na: 2', 'yaml', 'c:2:1: Map keys must be unique'],
    ['a: 1\n\tb: 2', 'yaml', 'c:2:1: '],
  ];
  it.each(cases)('%j', (text, format, message) => {
    expect(() => readText(text, 'c', format)).toThrow(
      expect.objectContaining({ code: 'CONFIG.SYNTAX', message: expect.stringContaining(message) }),
    );
  });

  it.each([
    ['*hunter2', 'a value that begins with * needs quotes around it'],
    ['&hunter2', 'a value that begins with & needs quotes around it'],
    ['!hunter2', 'a value that begins with ! or % needs quotes around it'],
    ['!hunter2 x', 'a value that begins with ! or % needs quotes around it'],
    ['%hunter2', 'Plain value cannot start with directive indicator character %'],
    ['@hunter2', 'Plain value cannot start with reserved character @'],
    ['`hunter2', 'Plain value cannot start with reserved character `'],
    ['|hunter2', 'Block scalar header includes extra characters'],
    ['"a\\xhunter2"', 'a text in double quotes has a bad escape in it'],
    ['"hunter2', 'Missing closing "quote'],
    [
      '[hunter2',
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('P7: a YAML password %s is told by its place, without being shown', (written, problem) => {
    const error = thrownBy(() => readText(`a: 1\npassword: ${written}\n`, 'c', 'yaml'));
    expect(error).toMatchObject({ code: 'CONFIG.SYNTAX' });
    expect(error.message).toMatch(/^c:[23]:\d+: /u);
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain('hunter2');
  });

  it('P7: a key that is a mapping, as of a template, is not quoted in a warning', () => {
    const said: unknown[] = [];
    const tell = (warning: unknown): void => void said.push(warning);
    process.on('warning', tell);
    readText('password: {{hunter2}}', 'c', 'yaml');
    process.emitWarning('the last one');
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      process.off('warning', tell);
      expect(said.map(String)).toEqual(['Warning: the last one']);
    });
  });

  it('P7: and shows nothing of the text', () => {
    for (const text of ['{"password": hunter2hunter2}', '{"password": "hunter2hunter2\n"}']) {
      for (const format of ['json', 'yaml'] as const) {
        let message = '';
        try {
          readText(`${text}]`, 'c', format);
        } catch (error) {
          ({ message } = error as Error);
        }
        expect(message).toMatch(/^c:\d/);
        expect(message).not.toContain('hunter2');
      }
    }
  });
});

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('findJsonFault', () => {
  it('finds nothing in any JSON', () => {
    const json = fc.json({ noUnicodeString: false });
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(findJsonFault(JSON.stringify(value, undefined, indent))).toBeUndefined();
      }),
    );
  });

  it('finds a fault wherever JSON.parse does', () => {
    const damaged = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', '"', ',', '}', 'x', '\\', '0'),
    );
    fc.assert(
      fc.property(damaged, ([text, at, piece]) => {
        const place = at % (text.length + 1);
        const broken = text.slice(0, place) + piece + text.slice(place + 1);
        expect(findJsonFault(broken) === undefined || hasTwin(broken)).toBe(parses(broken));
      }),
      { numRuns: 2000 },
    );
  });

  it('lets comments repeat', () => {
    expect(findJsonFault('{"_c": 1, "_c": 2}')).toBeUndefined();
    expect(() => readText('_c: 1\n_c: 2', 'c', 'yaml')).not.toThrow();
  });
});

describe('detectFormat', () => {
  it('goes by the ending, else by the text', () => {
    expect(detectFormat('{}', 'a.yml')).toBe('yaml');
    expect(detectFormat('a: 1', 'a.json')).toBe('json');
    expect(detectFormat('\uFEFF {"a": 1}')).toBe('json');
    expect(detectFormat('a: 1', '/dev/fd/63')).toBe('yaml');
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** JSON.parse takes the last of two keys, which is refused here. */
function hasTwin(text: string): boolean {
  return findJsonFault(text)?.problem.includes('stands twice') === true && parses(text);
}
