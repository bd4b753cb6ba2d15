import { memorySource } from '@snowmelt/testkit/memory';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { matchTables } from '../../src/config/match-tables.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { resolveTables, runHashes } from '../../src/config/resolve-tables.ts';
import type { ListedTable } from '../../src/contract/table-schema.ts';
import { SnowmeltError } from '../../src/errors/snowmelt-error.ts';

const place = { database: 'PROD', schema: 'PUBLIC' };

function parse(tables: readonly object[], source: object = {}) {
  const one = {
    source_name: 'sales',
    source_sf_database: 'PROD',
    source_sf_schema: 'PUBLIC',
    target_pg_database: 'dwh',
    target_pg_schema: 'sales',
    ...source,
    tables,
  };
  const snowflake = { account: 'ORG-ACC', user: 'LOADER', password: 'x' };
  const file = { snowflake, postgres: { host: 'db', user: 'loader' }, sources: [one] };
  return parseConfig(JSON.stringify(file), { env: {}, format: 'json' });
}

const listed = (name: string, kind: ListedTable['kind'] = 'table'): ListedTable => ({
  ref: { ...place, name },
  kind,
  what: kind === 'table' ? 'a table' : `a ${kind}`,
});

/** A catalog of one schema, and how often it was asked. */
function catalog(...tables: readonly ListedTable[]) {
  const asked: string[] = [];
  const source = {
    ...memorySource({}),
    lists: {
      schemas: async () => [place],
      tables: async ({ database, schema }: typeof place) => {
        asked.push(`${database}.${schema}`);
        if (database === 'PROD' && schema === 'PUBLIC') return tables;
        throw new SnowmeltError('SOURCE.TABLE_NOT_FOUND', `no schema ${schema}`);
      },
    },
  };
  return { source, asked };
}

async function keysOf(config: ReturnType<typeof parse>, ...tables: readonly ListedTable[]) {
  const { config: matched } = await matchTables(config, catalog(...tables).source, testContext());
  return resolveTables(matched).map(({ source, target }) => `${source.name} → ${target.name}`);
}

const orders = listed('ORDERS');
const facts = [listed('FACT_A'), listed('FACT_B'), listed('FACT_B_TMP')];

describe('a source with *', () => {
  it.each([
    [
      [{ source: '*' }],
      ['FACT_A → fact_a', 'FACT_B → fact_b', 'FACT_B_TMP → fact_b_tmp', 'ORDERS → orders'],
    ],
    [[{ source: 'FACT_*', exclude: ['*_TMP'] }], ['FACT_A → fact_a', 'FACT_B → fact_b']],
    [[{ source: 'fact_*', exclude: ['fact_b*'] }], ['FACT_A → fact_a']],
    [[{ source: '*_A', target: 'stg_*' }], ['FACT_A → stg_fact_a']],
    [
      [
        { source: '*' },
        { source: 'FACT_A', target: 'other' },
        { source: 'fact_b', enabled: false },
      ],
      ['FACT_B_TMP → fact_b_tmp', 'ORDERS → orders', 'FACT_A → other'],
    ],
    [
      [{ source: 'FACT_*', target: 'f_*' }, { source: '*' }],
      ['FACT_A → f_fact_a', 'FACT_B → f_fact_b', 'FACT_B_TMP → f_fact_b_tmp', 'ORDERS → orders'],
    ],
  ])('%j', async (tables, expected) => {
    expect(await keysOf(parse(tables), ...facts, orders)).toEqual(expected);
  });

  it('names that need quotes stay as they are, and a quoted * is a name', async () => {
    const odd = [listed('Visit Times'), listed('a"b'), listed('$1 \\ $& *')];
    expect(await keysOf(parse([{ source: '*' }]), ...odd)).toEqual([
      'Visit Times → Visit Times',
      'a"b → a"b',
      '$1 \\ $& * → $1 \\ $& *',
    ]);
    expect(await keysOf(parse([{ source: '"A*"', target: 't' }]))).toEqual(['A* → t']);
  });

  it('a table has the same key and hash as if it were named', async () => {
    const { config } = await matchTables(
      parse([{ source: '*' }]),
      catalog(orders).source,
      testContext(),
    );
    const named = parse([{ source: 'ORDERS', target: 'orders' }]);
    const [one, other] = [resolveTables(config), resolveTables(named)];
    expect(one.map(({ key, hash }) => ({ key, hash }))).toEqual(
      other.map(({ key, hash }) => ({ key, hash })),
    );
    expect(runHashes(config, one)).toEqual(runHashes(named, other));
  });

  it('stands for tables alone unless kinds says more, and tells what is left out', async () => {
    const others = [listed('V', 'view'), listed('X', 'external')];
    const { source } = catalog(orders, ...others);
    const { matches } = await matchTables(parse([{ source: '*' }]), source, testContext());
    expect(matches).toMatchObject([
      { pattern: '*', tables: ['ORDERS'], leftOut: [{ kind: 'view' }, { kind: 'external' }] },
    ]);
    const kinds = ['table', 'view'];
    expect(await keysOf(parse([{ source: '*', kinds }]), orders, ...others)).toEqual([
      'ORDERS → orders',
      'V → v',
    ]);
  });

  it('is looked for once a source, in the schema as Snowflake reads it without quotes', async () => {
    const { source, asked } = catalog(...facts, orders);
    const config = parse([{ source: 'fact_*' }, { source: '*' }], { source_sf_schema: 'public' });
    const { matches } = await matchTables(config, source, testContext());
    expect(matches.map(({ tables }) => tables.length)).toEqual([3, 1]);
    expect(asked).toEqual(['PROD.public', 'PROD.PUBLIC']);
  });

  it('P1: one that stands for nothing is refused, with what is there and the way on', async () => {
    const match = (tables: readonly object[], ...there: readonly ListedTable[]) =>
      matchTables(parse(tables), catalog(...there).source, testContext());
    await expect(match([{ source: 'FCT_*' }], orders)).rejects.toMatchObject({
      code: 'CONFIG.NO_SUCH_TABLE',
      message: expect.stringContaining(
        'sources[0].tables[0].source: FCT_* stands for no table of PROD.PUBLIC: there are ORDERS',
      ),
    });
    await expect(match([{ source: '*' }], listed('V', 'view'))).rejects.toMatchObject({
      fix: 'Add to the table: "kinds": ["table","view"].',
    });
    await expect(match([{ source: '*' }])).rejects.toMatchObject({
      fix: expect.stringContaining('snowmelt grants'),
    });
  });

  it('P1: two tables that would go into one target are refused', async () => {
    await expect(keysOf(parse([{ source: '*' }]), orders, listed('orders'))).rejects.toMatchObject({
      code: 'CONFIG.INVALID',
      message:
        'PROD.PUBLIC.ORDERS and PROD.PUBLIC.orders (by *) would both go into dwh.sales.orders',
      fix: expect.stringContaining('exclude'),
    });
  });

  it('is not taken for a table before its tables are looked for', () => {
    const config = parse([{ source: '*' }]);
    expect(() => runHashes(config, resolveTables(config))).toThrow(RangeError);
  });

  it('asks nothing where there is none', async () => {
    const { source, asked } = catalog();
    await matchTables(parse([{ source: 'ORDERS' }]), source, testContext());
    expect(asked).toEqual([]);
  });

  it.each([
    [{ source: '*', target: 'all' }, 'sources[0].tables[0].target: needs a *'],
    [{ source: 'A', exclude: ['B'] }, 'sources[0].tables[0].exclude: needs a source with *'],
    [{ source: 'A', kinds: ['view'] }, 'sources[0].tables[0].kinds: needs a source with *'],
  ])('%j is refused when the file is read', (table, message) => {
    expect(() => parse([table])).toThrow(message);
  });
});

describe('defaults of a source', () => {
  const defaults = { truncate_onstart: true, refresh: 'swap', batch_size: 500 };

  it('hold for each table that does not say otherwise', () => {
    const config = parse(
      [{ source: 'A' }, { source: 'B', truncate_onstart: false, refresh: 'truncate' }],
      {
        defaults,
      },
    );
    expect(resolveTables(config).map(({ mode, read }) => ({ mode, rows: read.batchRows }))).toEqual(
      [
        { mode: 'swap', rows: 500 },
        { mode: 'append', rows: 500 },
      ],
    );
  });

  it.each([
    [{ refersh: 'swap' }, 'sources[0].defaults.refersh: unknown key; did you mean refresh?'],
    [{ batch_size: 5 }, 'sources[0].defaults.batch_size: must be at least 100'],
    [{ refresh: 'swap' }, 'sources[0].defaults.refresh: needs truncate_onstart: true'],
    [{ source: 'A' }, 'sources[0].defaults.source: names one table'],
  ])('%j is told once, where it stands', (wrong, message) => {
    const read = () => parse([{ source: 'A' }, { source: 'B' }], { defaults: wrong });
    expect(read).toThrow(message);
    expect(read).toThrow(/: 1 problem\n/u);
  });
});
