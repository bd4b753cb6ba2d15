import { describe, expect, it } from 'vitest';

import { parseConfig, resolveTables, runHashes, type TableSelection } from '../../src/index.ts';
import { configWith, exampleConfig, exampleTable } from './example.ts';

const parse = (value: unknown) => parseConfig(JSON.stringify(value), { env: {}, format: 'json' });
const resolve = (tables: readonly Record<string, unknown>[], global = {}) =>
  resolveTables(parse(configWith(tables, global)));

describe('resolveTables', () => {
  it('fills in every default', () => {
    expect(resolve([{ source: 'ORDERS', target: 'orders' }])).toEqual([
      {
        key: 'sales/PROD.PUBLIC.ORDERS->dwh.sales.orders',
        sourceName: 'sales',
        source: { database: 'PROD', schema: 'PUBLIC', name: 'ORDERS' },
        target: { database: 'dwh', schema: 'sales', name: 'orders' },
        mode: 'append',
        uniqueness: [],
        read: { extract: 'auto', chunkColumns: [], sortColumns: [], batchRows: 25_000 },
        columns: { exclude: [], mapping: {} },
        parallelThreads: 4,
        maxRetryAttempts: 3,
        schemaEvolution: 'create',
        emptiesOthers: false,
        snapshot: 'auto',
        verify: 'count',
        notices: [],
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it('a table overrides the file, the file the default', () => {
    const [first, second] = resolve(
      [
        exampleTable({ batch_size: 100, verify: 'off' }),
        exampleTable({ target: 'b', stage: '@s' }),
      ],
      { batch_size: 300, batch_size_copy_mode: 200, verify: 'digest', parallel_threads: 9 },
    );
    expect(first).toMatchObject({ read: { batchRows: 100 }, verify: 'off', parallelThreads: 9 });
    expect(second).toMatchObject({ read: { batchRows: 200, stage: '@s' }, verify: 'digest' });
  });

  it('takes the quotes off names and leaves all else as it stands', () => {
    const [job] = resolve([
      exampleTable({
        source: '"Visit ""A"""',
        target: 'Visit Table',
        chunking_columns: ['"Visit Updated Timestamp"'],
        chunking_column_types: ['timestamp_ntz'],
        column_mapping: { '"Visit Id"': 'Visit Key' },
        columns: { exclude: ['"x"'] },
      }),
    ]);
    expect(job?.source.name).toBe('Visit "A"');
    expect(job?.target.name).toBe('Visit Table');
    expect(job?.read.chunkColumns).toEqual([
      { column: 'Visit Updated Timestamp', type: 'timestamp_ntz' },
    ]);
    expect(job?.columns).toEqual({ exclude: ['x'], mapping: { 'Visit Id': 'Visit Key' } });
  });

  it('disable_index has the indexes rebuilt', () => {
    expect(resolve([exampleTable({ disable_index: true })])[0]?.rebuildIndexes).toBe(true);
    expect(resolve([exampleTable()])[0]?.rebuildIndexes).toBeUndefined();
  });

  it('refresh: swap is a mode of its own, and names the keys that have no effect with it', () => {
    const [job] = resolve([
      exampleTable({ refresh: 'swap', disable_index: true, truncate_cascade: true }),
    ]);
    expect(job?.mode).toBe('swap');
    expect(job?.notices).toEqual([
      'disable_index has no effect with refresh: swap: readers need the indexes meanwhile',
      'truncate_cascade has no effect with refresh: swap: nothing is truncated',
    ]);
    const [other] = resolve([exampleTable()]);
    expect(job?.hash).not.toBe(other?.hash);
  });

  it('a full refresh sets keys of increments aside and says so', () => {
    const [job] = resolve([
      exampleTable({ uniqueness_columns: ['ID'], source_watermark: 'U', target_watermark: 'u' }),
    ]);
    expect(job?.mode).toBe('truncate');
    expect(job?.notices).toEqual([
      'set aside by truncate_onstart: uniqueness_columns, source_watermark, target_watermark',
    ]);
  });

  it('a query_tag of one table goes with its job, and makes no other run of it', () => {
    const [tagged, plain] = resolve([
      exampleTable({ query_tag: 'orders' }),
      exampleTable({ target: 'b' }),
    ]);
    expect([tagged?.queryTag, plain?.queryTag]).toEqual(['orders', undefined]);
    expect(resolve([exampleTable()])[0]?.hash).toBe(tagged?.hash);
  });
});

describe('values that the target may not be able to hold', () => {
  const rules = (values: object, file: object = {}) => {
    const config = { ...configWith([exampleTable({ ...values })]), ...file };
    const [job] = resolveTables(parse(config));
    return [job?.extraDigits, job?.unsupportedText, job?.jsonAsWritten, job?.unsupportedJson];
  };

  it('are cut, refused and jsonb where nothing is said', () => {
    const nothing = [undefined, undefined, undefined, undefined];
    expect(rules({})).toEqual(nothing);
    const said = { on_extra_digits: 'truncate', on_unsupported_text: 'fail', json_type: 'jsonb' };
    expect(rules({ ...said, on_unsupported_json: 'fail' })).toEqual(nothing);
  });

  it('are treated as the table says, else as the file says', () => {
    const said = { on_extra_digits: 'fail', on_unsupported_text: 'strip', json_type: 'json' };
    expect(rules({ ...said, on_unsupported_json: 'null' })).toEqual([
      'fail',
      'strip',
      true,
      'null',
    ]);
    expect(rules({}, { on_extra_digits: 'round', json_type: 'json' })).toEqual([
      'round',
      undefined,
      true,
      undefined,
    ]);
  });

  it.each([
    { on_extra_digits: 'round' },
    { on_unsupported_text: 'replace' },
    { on_unsupported_json: 'text' },
    { json_type: 'json' },
  ])('P1: %j decides what goes where, and so makes another run', (values) => {
    expect(resolve([exampleTable(values)])[0]?.hash).not.toBe(resolve([exampleTable()])[0]?.hash);
  });
});

describe('selection', () => {
  const example = exampleConfig();
  const config = parse({
    ...example,
    sources: [
      {
        ...example.sources[0],
        tables: [exampleTable(), exampleTable({ source: 'B', target: 'b' })],
      },
      { ...example.sources[0], source_name: 'hr', target_pg_schema: 'hr' },
    ],
  });
  const cases: readonly [TableSelection, readonly string[]][] = [
    [{}, ['sales.orders', 'sales.b', 'hr.orders']],
    [{ sources: ['hr'] }, ['hr.orders']],
    [{ tables: ['ORDERS'] }, ['sales.orders', 'hr.orders']],
    [{ tables: ['sales/ORDERS', 'B'] }, ['sales.orders', 'sales.b']],
    [{ tables: ['PUBLIC.B'] }, ['sales.b']],
    [{ tables: ['PROD.PUBLIC.B'] }, ['sales.b']],
    [{ tables: ['dwh.hr.orders'] }, ['hr.orders']],
    [{ tables: ['hr/PROD.PUBLIC.ORDERS->dwh.hr.orders'] }, ['hr.orders']],
  ];
  it.each(cases)('%j', (selection, targets) => {
    const jobs = resolveTables(config, selection);
    expect(jobs.map(({ target }) => `${target.schema}.${target.name}`)).toEqual(targets);
  });

  it('P8: a name that fits nothing is told with the names there are', () => {
    expect(() => resolveTables(config, { sources: ['x'] })).toThrow(
      'no enabled source is called x; there are sales, hr',
    );
    expect(() => resolveTables(config, { sources: ['hr'], tables: ['B'] })).toThrow(
      'no enabled table is called B; there are hr/ORDERS',
    );
  });

  it('P8: a configuration with nothing enabled is told so', () => {
    expect(() => resolve([exampleTable({ enabled: false })])).toThrow('has no enabled table');
  });
});

describe('P4: hashes decide what goes on with a run', () => {
  const hashes = (table: Record<string, unknown>, global: Record<string, unknown> = {}) => {
    const config = parse(configWith([exampleTable(table)], global));
    return runHashes(config, resolveTables(config));
  };
  const base = hashes({});

  const same: readonly [Record<string, unknown>, Record<string, unknown>][] = [
    [
      {},
      { snowflake: { account: 'NEW', user: 'OTHER', token: 't', access_url: 'https://x.example' } },
    ],
    [{}, { postgres: { host: 'other', user: 'u' } }],
    [
      {},
      {
        postgres: {
          host: 'h',
          user: 'u',
          settings: { statement_timeout_seconds: 9, synchronous_commit: 'on' },
        },
      },
    ],
    [{ parallel_threads: 8 }, { parallel_threads: 16, max_retry_attempts: 9 }],
    [{ verify: 'digest', uniqueness_columns: ['ID'] }, { lambda_timeout_buffer_seconds: 30 }],
  ];
  it.each(same)('%j %j change nothing', (table, global) => {
    expect(hashes(table, global)).toEqual(base);
  });

  const other: readonly Record<string, unknown>[] = [
    { source_filter: 'ID > 1' },
    { source: 'B' },
    { target: 'b' },
    { truncate_onstart: false },
    { truncate_onstart: false, uniqueness_columns: ['ID'] },
    { truncate_onstart: false, source_watermark: 'U', target_watermark: 'u' },
    { column_mapping: { ID: 'key' } },
    { columns: { exclude: ['ID'] } },
    { chunking_columns: ['ID'], chunking_column_types: ['int'] },
    { snapshot: 'off' },
  ];
  it.each(other)('%j makes another run', (table) => {
    expect(hashes(table).configHash).not.toBe(base.configHash);
  });

  it('the choice of tables is in the execution hash only', () => {
    const config = parse(configWith([exampleTable(), exampleTable({ source: 'B', target: 'b' })]));
    const all = runHashes(config, resolveTables(config));
    const one = runHashes(config, resolveTables(config, { tables: ['B'] }));
    expect(one.configHash).toBe(all.configHash);
    expect(one.executionHash).not.toBe(all.executionHash);
  });

  it('the order of keys does not count', () => {
    expect(hashes({ column_mapping: { A: 'a', B: 'b' } })).toEqual(
      hashes({ column_mapping: { B: 'b', A: 'a' } }),
    );
  });
});
