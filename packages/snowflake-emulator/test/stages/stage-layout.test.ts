import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { patternMatcher, stageFiles } from '../../src/stages/stage-files.ts';
import { locateFile, placeFile } from '../../src/stages/stage-layout.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stage-layout-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(name: string, text = name): Promise<string> {
  const path = await placeFile(directory, name);
  await writeFile(path, text);
  return path;
}

const names = async (prefix = '') => (await stageFiles(directory, prefix)).map((file) => file.name);

test.each([
  '../x',
  '../../etc/passwd',
  '/etc/passwd',
  'a/../../x',
  '..',
  '.',
  '',
  'a//b',
  'a/',
  '\\x',
  '%self',
  '%2e',
  'a\0b',
])('the hostile name %j stays inside the stage and keeps its name', async (name) => {
  const path = await write(name);
  expect(path.startsWith(directory + sep)).toBe(true);
  expect(path.slice(directory.length).split(sep)).not.toContain('..');
  expect(await names()).toEqual([name]);
  expect(await locateFile(directory, name)).toBe(path);
});

test('any name can be written, listed and read', async () => {
  const segment = fc.string({ unit: 'binary', maxLength: 30 });
  const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  await fc.assert(
    fc.asyncProperty(name, async (given) => {
      const text = Buffer.from(given).toString();
      const path = await write(text);
      expect(path.startsWith(directory + sep)).toBe(true);
      expect(await names(text)).toContain(text);
      expect(await readFile((await locateFile(directory, text)) ?? '', 'utf8')).toBe(text);
    }),
    { numRuns: 60 },
  );
});

test('a stage is flat: a name and one that goes on from it are two files, in either order', async () => {
  await write('dir/g');
  await write('dir');
  await write('p');
  await write('p/x');
  await write('p/x/deeper');
  expect(await names()).toEqual(['dir', 'dir/g', 'p', 'p/x', 'p/x/deeper']);
  expect(await readFile((await locateFile(directory, 'p')) ?? '', 'utf8')).toBe('p');
  expect(await readFile((await locateFile(directory, 'dir')) ?? '', 'utf8')).toBe('dir');
  expect(await locateFile(directory, 'p/none')).toBeUndefined();
});

test('a path is a prefix of names, not a directory, and case counts', async () => {
  for (const name of ['f1', 'f1.csv', 'dir/g', 'dir/h.csv', 'dirx/k']) await write(name);
  expect(await names('f1')).toEqual(['f1', 'f1.csv']);
  expect(await names('di')).toEqual(['dir/g', 'dir/h.csv', 'dirx/k']);
  expect(await names('dir/')).toEqual(['dir/g', 'dir/h.csv']);
  expect(await names('DIR')).toEqual([]);
  expect(await names('f1/')).toEqual([]);
});

test('a pattern matches the whole name', () => {
  expect(patternMatcher('.*[.]csv')('st/dir/h.csv')).toBe(true);
  expect(patternMatcher('h')('st/dir/h.csv')).toBe(false);
  expect(() => patternMatcher('(')).toThrow(expect.objectContaining({ code: '001008' }));
});

test('a name that no file system holds is refused', async () => {
  await expect(placeFile(directory, 'x'.repeat(300))).rejects.toMatchObject({ code: '001008' });
});
