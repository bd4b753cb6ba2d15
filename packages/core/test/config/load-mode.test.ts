import { describe, expect, it } from 'vitest';

import { parseConfig, resolveTables, runHashes } from '../../src/index.ts';
import { configWith, exampleTable } from './example.ts';

type Keys = Record<string, unknown>;

const parse = (tables: readonly Keys[], global: Keys) =>
  parseConfig(JSON.stringify(configWith(tables, global)), { env: {}, format: 'json' });

function resolve(table: Keys, global: Keys = {}) {
  const config = parse([exampleTable({ truncate_onstart: false, ...table })], global);
  const [job] = resolveTables(config);
  if (job === undefined) throw new Error('one table');
  return { job, hash: runHashes(config, [job]).configHash };
}

const key = { uniqueness_columns: ['ID', '"Line No"'] };
const watermark = { source_watermark: 'UPDATED_AT', target_watermark: '"Visit Updated"' };

describe('rule 2: COPY or UPSERT', () => {
  const modes: readonly [Keys, string][] = [
    [{}, 'append'],
    [key, 'upsert'],
    [{ ...key, ...watermark }, 'upsert'],
    [{ ...key, insert_only_mode: true }, 'insert-only'],
    [{ ...key, ...watermark, insert_only_mode: true }, 'insert-only'],
    [watermark, 'append'],
    [{ insert_only_mode: true }, 'append'],
    [{ ...key, ...watermark, insert_only_mode: true, truncate_onstart: true }, 'truncate'],
  ];
  it.each(modes)('%j is %s', (table, mode) => {
    expect(resolve(table).job.mode).toBe(mode);
  });

  it('the key and the watermark are names as stored', () => {
    const { job } = resolve({ ...key, ...watermark, watermark_overlap: 90 });
    expect(job.uniqueness).toEqual(['ID', 'Line No']);
    const names = { source: 'UPDATED_AT', target: 'Visit Updated' };
    expect(job.watermark).toEqual({ ...names, overlapSeconds: 90 });
  });

  it('a full refresh has neither', () => {
    const { job } = resolve({ ...key, ...watermark, truncate_onstart: true });
    expect(job).toMatchObject({ uniqueness: [] });
    expect(job.watermark).toBeUndefined();
    expect(job.firstLoadBatchRows).toBeUndefined();
  });

  it('insert_only_mode of the file holds for tables that do not say it', () => {
    const global = { insert_only_mode: true };
    expect(resolve(key, global).job.mode).toBe('insert-only');
    expect(resolve({ ...key, insert_only_mode: false }, global).job.mode).toBe('upsert');
  });

  it('insert_only_mode without a key is said to have no effect', () => {
    const said = 'insert_only_mode has no effect without uniqueness_columns: all rows are added';
    expect(resolve({ insert_only_mode: true }).job.notices).toEqual([said]);
    expect(resolve({ ...key, insert_only_mode: true }).job.notices).toEqual([]);
  });

  it('batch_size is of upserts, batch_size_copy_mode of COPY, a first load included', () => {
    const global = { batch_size: 300, batch_size_copy_mode: 900 };
    const upsert = resolve(key, global).job;
    expect([upsert.read.batchRows, upsert.firstLoadBatchRows]).toEqual([300, 900]);
    expect(resolve({}, global).job.read.batchRows).toBe(900);
    const own = resolve({ ...key, batch_size: 500 }, global).job;
    expect([own.read.batchRows, own.firstLoadBatchRows]).toEqual([500, 500]);
  });
});

describe('rule 3: incremental', () => {
  const wrong: readonly [Keys, string][] = [
    [{ source_watermark: 'U' }, 'source_watermark and target_watermark go together'],
    [{ ...key, watermark_overlap: 60 }, 'watermark_overlap: needs source_watermark'],
    [{ ...watermark, watermark_overlap: 60 }, 'watermark_overlap: needs uniqueness_columns'],
  ];
  it.each(wrong)('%j is refused', (table, message) => {
    expect(() => resolve(table)).toThrow(message);
  });

  it('P1: a table with a watermark has its target for itself', () => {
    const first = exampleTable({ truncate_onstart: false, ...watermark });
    const second = exampleTable({ truncate_onstart: false, source: 'B' });
    for (const tables of [
      [first, second],
      [second, first],
    ]) {
      expect(() => parse(tables, {})).toThrow('is the target of sources[0].tables[0] already');
    }
    expect(() =>
      parse(
        [
          { ...first, ...watermark },
          { ...second, target: 'b' },
        ],
        {},
      ),
    ).not.toThrow();
  });
});

describe('delete_missing', () => {
  it('goes with the key; soft has a column of its own, or the usual one', () => {
    expect(resolve({ ...key, delete_missing: 'hard' }).job.deleteMissing).toEqual({ how: 'hard' });
    const soft = { ...key, delete_missing: 'soft' };
    expect(resolve(soft).job.deleteMissing).toEqual({ how: 'soft', column: 'snowmelt_deleted_at' });
    expect(resolve({ ...soft, soft_delete_column: '"Gone At"' }).job.deleteMissing).toEqual({
      how: 'soft',
      column: 'Gone At',
    });
    expect(resolve(key).job).not.toHaveProperty('deleteMissing');
  });

  it('is set aside by a full refresh, which replaces all rows anyway', () => {
    const { job } = resolve({
      delete_missing: 'soft',
      soft_delete_column: 'gone_at',
      truncate_onstart: true,
    });
    expect(job).not.toHaveProperty('deleteMissing');
    expect(job.notices).toEqual([
      'set aside by truncate_onstart: delete_missing, soft_delete_column',
    ]);
  });

  const wrong: readonly [Keys, string][] = [
    [{ delete_missing: 'hard' }, 'delete_missing: needs uniqueness_columns'],
    [{ ...watermark, delete_missing: 'soft' }, 'delete_missing: needs uniqueness_columns'],
    [{ ...key, delete_missing: 'hard', snapshot: 'off' }, 'delete_missing: needs a snapshot'],
    [{ ...key, soft_delete_column: 'x' }, 'soft_delete_column: needs delete_missing: soft'],
    [
      { ...key, delete_missing: 'hard', soft_delete_column: 'x' },
      'soft_delete_column: needs delete_missing: soft',
    ],
  ];
  it.each(wrong)('%j is refused', (table, message) => {
    expect(() => resolve(table)).toThrow(message);
  });

  it('P1: such a table has its target for itself: rows of another would be missing in its source', () => {
    const own = { truncate_onstart: false, ...key };
    const first = exampleTable({ ...own, delete_missing: 'hard' });
    const second = exampleTable({ ...own, source: 'B' });
    for (const tables of [
      [first, second],
      [second, first],
    ]) {
      expect(() => parse(tables, {})).toThrow('is the target of sources[0].tables[0] already');
    }
    expect(() => parse([first, { ...second, target: 'b' }], {})).not.toThrow();
  });
});

describe('P4: what decides which rows go where makes another run', () => {
  const base = { ...key, ...watermark };
  const changes: readonly Keys[] = [
    { uniqueness_columns: ['ID'] },
    { insert_only_mode: true },
    { source_watermark: 'CREATED_AT' },
    { target_watermark: 'created_at' },
    { watermark_overlap: 5 },
    { delete_missing: 'hard' },
    { delete_missing: 'soft' },
  ];
  it.each(changes)('%j', (change) => {
    expect(resolve({ ...base, ...change }).hash).not.toBe(resolve(base).hash);
  });
});
