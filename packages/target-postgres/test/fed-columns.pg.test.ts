import type { TablePlan } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { beforeEach, describe, expect, it } from 'vitest';

import { planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

describe('columns that runs have fed', () => {
  const on = sharedBench();
  const context = testContext();
  beforeEach(async () => {
    await on.sql.query(`DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS snowmelt CASCADE;
      CREATE TABLE t (mine int, id bigint, name text, gone_at timestamptz)`);
  });

  async function run(table: TablePlan, rows: readonly (readonly string[])[] = [['1', 'a']]) {
    await on.target.prepare(table, context);
    await on.load(table, rows);
    return on.target.publish(table, context);
  }
  const fed = (table: TablePlan) => on.target.history.fedColumns(table, context);

  it('are known from the first row that may be there, and filled at the end of a run', async () => {
    const table = planFor(on.database);
    expect(await fed(table)).toEqual([]);
    await on.target.prepare(table, context);
    const known = { source: 'ID', sourceType: 'DECIMAL', position: 1, nameNow: 'id' };
    expect(await fed(table)).toMatchObject([
      { column: 'id', filled: false, ...known },
      { column: 'name' },
    ]);
    await run(table);
    expect(await fed(table)).toMatchObject([{ filled: true }, { filled: true }]);
    expect(await fed({ ...table, key: 'another source' })).toEqual([]);
  });

  it('are found under the name that they have now, while it is the same table', async () => {
    const table = planFor(on.database);
    await run(table);
    await on.sql.query('ALTER TABLE t RENAME name TO label');
    expect(await fed(table)).toMatchObject([{}, { column: 'name', nameNow: 'label' }]);
    await on.sql.query('DROP TABLE t; CREATE TABLE t (a int, b int, c int)');
    expect((await fed(table))?.[1]).not.toHaveProperty('nameNow');
  });

  it('the column of soft deletes is one of them, without a source', async () => {
    const deleteMissing = { how: 'soft', column: 'gone_at', addsColumn: false } as const;
    const table = planFor(on.database, { deleteMissing });
    await run(table);
    const [mark, ...others] = ((await fed(table)) ?? []).toReversed();
    expect(mark).toMatchObject({ column: 'gone_at' });
    expect(mark).not.toHaveProperty('source');
    expect(others).toHaveLength(2);
  });
});
