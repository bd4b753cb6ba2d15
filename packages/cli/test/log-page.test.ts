import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(`${root}/docs/reference/logs.md`, 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)` \| (debug|info|warn|error) \| (.*?) \|/gmu)];
const sources = globSync('packages/*/src/**/*.ts', { cwd: root }).map((file) =>
  readFileSync(`${root}/${file}`, 'utf8'),
);

describe('docs/reference/logs.md', () => {
  it.each(rows.map(([, event = '', level = '']) => [event, level]))(
    '%s is told, as %s',
    (event, level) => {
      const told = new RegExp(`log\\??\\.${level}\\(\\s*['\`]${event}['\`]`, 'u');
      expect(sources.filter((text) => told.test(text)).length).toBeGreaterThan(0);
    },
  );

  it('has every event that says how a run, or a table, begins and ends', () => {
    const named = new Set(rows.map(([, event]) => event));
    const told = sources.flatMap((text) => [
      ...text.matchAll(/log\??\.\w+\(\s*'((?:run|table)_\w+)'/gu),
    ]);
    const of = new Set(told.map(([, event]) => event));
    for (const event of of) {
      if (event !== 'run_not_taken_over') expect(named).toContain(event);
    }
  });
});
