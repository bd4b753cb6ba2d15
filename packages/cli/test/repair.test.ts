import { parseConfig, type RepairReport, type RepairRequest } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import {
  memorySource,
  memoryStatusStore,
  memoryTarget,
  MemoryWarehouse,
} from '@snowmelt/testkit/memory';
import { describe, expect, it } from 'vitest';

import { repairAfterAsking } from '../src/ask/repair-after-asking.ts';

const config = parseConfig(
  JSON.stringify({
    snowflake: { account: 'A', user: 'U', password: 'p' },
    postgres: { host: 'localhost', user: 'u', password: 'p' },
    sources: [
      {
        source_name: 's',
        source_sf_database: 'D',
        source_sf_schema: 'S',
        target_pg_database: 'dst',
        target_pg_schema: 'public',
        tables: [{ source: 'T', target: 't', truncate_onstart: true }],
      },
    ],
  }),
  { env: {} },
);

/** A target that owes an index, or nothing, and keeps what it was asked for. */
function world(owed: readonly string[]) {
  const asked: RepairRequest[] = [];
  const table = { target: { database: 'dst', schema: 'public', name: 't' }, busy: false };
  const repair = async (request: RepairRequest): Promise<RepairReport> => {
    asked.push(request);
    const tables = owed.length === 0 ? [] : [{ ...table, owed, findings: [] }];
    return { database: 'dst', tables, gathered: [], sessions: [] };
  };
  const using = {
    source: memorySource({ warehouse: new MemoryWarehouse() }),
    target: { ...memoryTarget(), repairs: { repair } },
    status: memoryStatusStore(),
    context: testContext(),
  };
  return { using, asked };
}

async function ask(owed: readonly string[], answer: boolean) {
  const { using, asked } = world(owed);
  const shown: string[] = [];
  let questions = 0;
  const person = {
    show: (lines: readonly string[]) => void shown.push(...lines),
    agrees: async () => {
      questions += 1;
      return answer;
    },
  };
  const what = { dryRun: false, dropGathered: false };
  const view = await repairAfterAsking(config, what, using, person);
  return { view, shown, questions, did: asked.map(({ dryRun }) => dryRun !== true) };
}

describe('a repair before a person', () => {
  it('shows first what it would do, and does it where they agree', async () => {
    const { view, shown, questions, did } = await ask(['t_pkey'], true);
    expect(shown.join('\n')).toContain('would be brought back: t_pkey');
    expect([questions, did, view.dryRun]).toEqual([1, [false, true], false]);
  });

  it('does nothing where they do not', async () => {
    const { view, questions, did } = await ask(['t_pkey'], false);
    expect([questions, did, view.dryRun]).toEqual([1, [false], true]);
  });

  it('asks nothing where there is nothing to do', async () => {
    const { shown, questions, did } = await ask([], true);
    expect([shown, questions, did]).toEqual([[], 0, [false]]);
  });
});
