import { describe, expect, it } from 'vitest';

import { parseConfig, resolveTables, unknownSources, type TableJob } from '../../src/index.ts';
import { configWith, exampleConfig, exampleTable } from './example.ts';

const parse = (value: unknown) => parseConfig(JSON.stringify(value), { env: {}, format: 'json' });
const job = (table: Record<string, unknown>, global = {}): TableJob =>
  resolveTables(parse(configWith([exampleTable(table)], global)))[0]!;

describe('inputs that worked with the earlier tool', () => {
  it.each(['', '   ', '\n\t'])('a filter that is blank is none: %j', (blank) => {
    expect(job({ source_filter: blank }).read.filter).toBeUndefined();
  });

  it.each([
    ['INT', 'int'],
    ['Timestamp_NTZ', 'timestamp_ntz'],
    ['string', 'varchar'],
    ['NUMBER(38, 0)', 'number'],
    ['varchar(36)', 'varchar'],
    [' Double Precision ', 'number'],
    ['SMALLINT', 'int'],
    ['DateTime', 'timestamp_ntz'],
  ])('the type word %s', (word, type) => {
    const { read } = job({ chunking_columns: ['A'], chunking_column_types: [word] });
    expect(read.chunkColumns).toEqual([{ column: 'A', type }]);
  });

  it.each([undefined, null, []])('chunk columns without types: %j', (types) => {
    const { read } = job({ chunking_columns: ['A', 'B'], chunking_column_types: types });
    expect(read.chunkColumns.map(({ type }) => type)).toEqual(['any', 'any']);
  });

  it('a list of chunk columns that holds null, and keys that are null', () => {
    const keys = {
      chunking_columns: [null],
      chunking_column_types: [null],
      source_watermark: null,
    };
    expect(job(keys).read.chunkColumns).toEqual([]);
    expect(job(keys).watermark).toBeUndefined();
  });

  it('P8: other words, and fewer types than columns, are told', () => {
    const columns = ['A', 'B'];
    const refused = (types: string[]) => () =>
      job({ chunking_columns: columns, chunking_column_types: types });
    expect(refused(['geography', 'int'])).toThrow('chunking_column_types');
    expect(refused(['int'])).toThrow('has 1 types for the 2 columns');
  });

  it('batch_size_copy_mode of a table', () => {
    const global = { batch_size: 300, batch_size_copy_mode: 400 };
    const own = { batch_size: 500, batch_size_copy_mode: 600 };
    expect(job(own, global).read.batchRows).toBe(600);
    expect(job({ batch_size: 500 }, global).read.batchRows).toBe(500);
    const upsert = { ...own, truncate_onstart: false, uniqueness_columns: ['ID'] };
    expect(job(upsert, global)).toMatchObject({
      read: { batchRows: 500 },
      firstLoadBatchRows: 600,
    });
  });

  it('names without quotes mean those in capitals as well, quoted ones only themselves', () => {
    const capitals = { database: 'PROD', schema: 'PUBLIC', name: 'ORDERS' };
    expect(job({ source: 'orders' }).sourceInCapitals).toEqual(capitals);
    expect(job({ source: 'Orders' }).sourceInCapitals).toEqual(capitals);
    expect(job({ source: '"orders"' }).sourceInCapitals).toBeUndefined();
    expect(job({ source: 'my orders' }).sourceInCapitals).toBeUndefined();
    expect(job({ source: 'ORDERS' }).sourceInCapitals).toBeUndefined();
  });

  it('P8: a variable without quotes is told what it lacks, and works with them', () => {
    const text = (threads: string) =>
      JSON.stringify({ ...exampleConfig(), parallel_threads: 0 }).replace(
        '"parallel_threads":0',
        `"parallel_threads":${threads}`,
      );
    const read = (threads: string) =>
      parseConfig(text(threads), { env: { THREADS: '7' }, format: 'json' });
    expect(() => read('${THREADS}')).toThrow('a variable needs double quotes around it');
    expect(read('"${THREADS}"').parallel_threads).toBe(7);
  });

  it('P1: a table under two spellings does not double its rows in one target', () => {
    const twice = [
      exampleTable({ source: 'ORDERS', truncate_onstart: false }),
      exampleTable({ source: 'orders', truncate_onstart: false }),
    ];
    expect(() => parse(configWith(twice))).toThrow('is the target of');
  });

  it('sources that are not there are told beside those that are', () => {
    const config = parse(exampleConfig());
    const selection = { sources: ['x', 'sales'] };
    expect(resolveTables(config, selection)).toHaveLength(1);
    expect(unknownSources(config, selection)).toEqual([
      'no enabled source is called x; there are sales',
    ]);
    expect(() => resolveTables(config, { sources: ['x', 'y'] })).toThrow(
      'no enabled source is called x, y; there are sales',
    );
  });
});
