import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { modeTraits, type LoadMode, type TablePlan } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

import { lastingModes, modes } from '../src/modes/modes.ts';

const names = Object.keys(modeTraits) as LoadMode[];
const plan = {
  run: 'run-1',
  key: 'table-1',
  target: { database: 'db', schema: 'public', name: 't' },
  columns: [],
} as unknown as TablePlan;

describe('what a mode does here is what its traits say to everybody', () => {
  it.each(names)(
    '%s: only what is gathered lies elsewhere, and is put in place at the end',
    (name) => {
      const { load, publish } = modes[name];
      const { gathers } = modeTraits[name];
      expect(load.place({ ...plan, mode: name } as TablePlan).startsWith('"snowmelt".')).toBe(
        gathers,
      );
      expect(publish !== undefined).toBe(gathers);
      expect(load.refuseLate !== undefined).toBe(gathers);
    },
  );

  it.each(names)('%s: rights are those of its statements', (name) => {
    const { privileges, privilegesAfterStop = [], statements = [] } = modes[name];
    const { empties, onlyAdds, merges } = modeTraits[name];
    expect(privileges.includes('TRUNCATE')).toBe(empties);
    expect(privilegesAfterStop.length > 0).toBe(onlyAdds);
    expect(statements.length > 0).toBe(merges);
  });

  it('a table that later runs keep by its changes is asked for what those need', () => {
    expect(lastingModes({ mode: 'swap', changes: { feed: 'the table' } })).toEqual([
      'swap',
      'changes',
    ]);
    expect(lastingModes({ mode: 'swap' })).toEqual(['swap']);
  });
});

it('nobody but the modes asks which mode it is', () => {
  const source = fileURLToPath(new URL('../src', import.meta.url));
  const question = new RegExp(
    `\\bmode\\b\\s*(?:===|!==|<>|=|IN|NOT IN)\\s*\\(?'(?:${names.join('|')})'`,
    'u',
  );
  const asking = globSync('**/*.ts', { cwd: source })
    .filter((file) => !/^(?:modes|missing|generated)\//u.test(file))
    .filter((file) => question.test(readFileSync(`${source}/${file}`, 'utf8')));
  expect(asking).toEqual([]);
});
