import { stripVTControlCharacters } from 'node:util';

import type { Diagnosis } from '@snowmelt/core';
import { expect, it } from 'vitest';

import { formatDiagnosis, withArguments } from '../src/show/diagnosis.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const diagnosis: Diagnosis = {
  runs: [
    {
      run: {
        id: 'r',
        status: 'running',
        startedAt: at,
        sourceNames: ['s'],
        rows: 1200,
        tables: [],
      },
      life: 'open',
      owner: 'host/1/ab',
      attempts: 1,
      now: at,
      lastSign: at,
      paces: [],
      workers: [{ worker: 'host/1/ab', chunks: 2, overdue: 1, silent: true, lastSign: at }],
      failures: [],
    },
  ],
  troubles: [
    { kind: 'dead-run', level: 'wrong', message: 'Run r is dead', fix: 'Go on.', command: ['run'] },
    {
      kind: 'lock-wait',
      level: 'waits',
      message: 'Run r waits',
      fix: 'End it:',
      sql: { at: 'postgres', database: 'dst', statement: 'SELECT 1;' },
    },
  ],
};

it('says what runs and workers do, and each trouble with what mends it, to be copied', () => {
  const flags = { config: 'my config.json', 'env-file': '.env' };
  const lines = formatDiagnosis(withArguments(diagnosis, flags), 400);
  expect(stripVTControlCharacters(lines.join('\n'))).toBe(
    [
      'Run r: running, nobody works on it; it can be gone on with',
      '  0 of 0 tables, 0 of 0 chunks, 1,200 rows',
      '  owner host/1/ab, last sign of life 2026-01-02T03:04:05Z',
      '  worker host/1/ab: gives no sign, 2 chunks in its hands, 1 overdue, last sign of life 2026-01-02T03:04:05Z',
      '',
      '✘ Run r is dead',
      '  Fix: Go on.',
      "    snowmelt run -c 'my config.json' --env-file .env",
      '… Run r waits',
      '  Fix: End it:',
      '    in database dst: SELECT 1;',
    ].join('\n'),
  );
});

it('nothing is said in place of nothing', () => {
  const lines = formatDiagnosis({ runs: [], troubles: [] }, 400);
  expect(stripVTControlCharacters(lines.join('\n'))).toBe(
    'There are no runs of this configuration.\n\n✔ Nothing is wrong.',
  );
});
