import { describe, expect, it } from 'vitest';

import { parseConfig, resolveTables, type TableJob } from '../../src/index.ts';
import { configWith, exampleTable } from './example.ts';

type Keys = Record<string, unknown>;

const cdc = { truncate_onstart: false, changes: 'cdc', uniqueness_columns: ['ID'] };

function resolve(table: Keys, global: Keys = {}): TableJob {
  const file = JSON.stringify(configWith([exampleTable({ ...cdc, ...table })], global));
  const [job] = resolveTables(parseConfig(file, { env: {}, format: 'json' }));
  if (job === undefined) throw new Error('one table');
  return job;
}

describe('changes: cdc', () => {
  it('finds rows by uniqueness_columns, and sets a watermark aside, which is said', () => {
    const watermark = { source_watermark: 'U', target_watermark: 'u', watermark_overlap: 5 };
    const job = resolve(watermark);
    expect(job).toMatchObject({ mode: 'changes', changes: true, uniqueness: ['ID'] });
    expect(job.watermark).toBeUndefined();
    expect(job.notices).toEqual([
      'set aside by changes: cdc: source_watermark, target_watermark, watermark_overlap',
    ]);
  });

  it('a full refresh stays one, and later changes begin at its snapshot', () => {
    const job = resolve({ truncate_onstart: true, refresh: 'swap' });
    expect(job).toMatchObject({ mode: 'swap', changes: true, uniqueness: ['ID'] });
    expect(job.notices).toEqual([]);
  });

  it('all its chunks are copied, so they have the size of those', () => {
    const sizes = { batch_size: 1000, batch_size_copy_mode: 9000 };
    expect(resolve({}, sizes).read.batchRows).toBe(9000);
  });

  it('leaves the indexes to its readers, and says so', () => {
    const job = resolve({ disable_index: true });
    expect(job.rebuildIndexes).toBeUndefined();
    expect(job.notices.join()).toMatch(/disable_index has no effect with changes: cdc/);
  });

  const refused: readonly [Keys, Keys, RegExp][] = [
    [{ uniqueness_columns: [] }, {}, /changes: needs uniqueness_columns/],
    [{ insert_only_mode: true }, {}, /changes: does not go with insert_only_mode/],
    [{}, { insert_only_mode: true }, /changes: does not go with the file's insert_only_mode/],
    [{ snapshot: 'off' }, {}, /changes: does not go with snapshot: off/],
    [{}, { snapshot: 'off' }, /changes: does not go with the file's snapshot: off/],
    [{ delete_missing: 'hard' }, {}, /changes: does not go with delete_missing/],
    [{ on_row_error: 'quarantine' }, {}, /changes: does not go with on_row_error: quarantine/],
  ];
  it.each(refused)('P8: refuses %j in a file with %j', (table, global, message) => {
    expect(() => resolve(table, global)).toThrow(message);
  });

  it('what the file says is no fault where the table says otherwise', () => {
    const global = { snapshot: 'off', insert_only_mode: true };
    expect(resolve({ snapshot: 'required', insert_only_mode: false }, global).mode).toBe('changes');
  });

  it('P1: no other table may go into its target', () => {
    const tables = [exampleTable(cdc), exampleTable({ source: 'B', truncate_onstart: false })];
    const file = JSON.stringify(configWith(tables));
    expect(() => parseConfig(file, { env: {}, format: 'json' })).toThrow(/target of sources\[0\]/);
  });
});
