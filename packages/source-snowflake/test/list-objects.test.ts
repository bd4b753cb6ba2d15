import { describe, expect, it } from 'vitest';

import { listSchemas, listTables } from '../src/describe/list-objects.ts';

const place = { database: 'DB', schema: 'a"b' };

/** A catalog with so many tables, in pages as Snowflake gives them. */
function catalog(tables: number, schemas = 1) {
  const asked: string[] = [];
  const names = Array.from({ length: tables }, (_, at) => `T${String(at).padStart(6, '0')}`);
  const ask = async (sql: string) => {
    asked.push(sql);
    const [, from] = /FROM '(.*)'$/u.exec(sql) ?? [];
    const behind = (all: readonly string[]) =>
      all.filter((name) => from === undefined || name > from).slice(0, 10_000);
    if (sql.startsWith('SHOW TABLES'))
      return behind(names).map((name) => ({ name, rows: '7', bytes: '9', comment: '' }));
    if (sql.startsWith('SHOW VIEWS'))
      return [{ name: 'T000000V', comment: 'of people', is_secure: 'true' }];
    if (sql.startsWith('SHOW DATABASES')) return [{ name: 'DB' }, { name: 'EB' }];
    const all = Array.from({ length: schemas }, (_, at) => `S${String(at).padStart(6, '0')}`);
    return behind([...all, 'INFORMATION_SCHEMA'].toSorted()).map((name) => ({
      name,
      database_name: 'DB',
      comment: null,
    }));
  };
  return { ask, asked };
}

describe('what is there', () => {
  it('two statements for a schema: tables and views, in the order of their names', async () => {
    const { ask, asked } = catalog(2);
    expect(await listTables(ask, place)).toEqual([
      { ref: { ...place, name: 'T000000' }, kind: 'table', what: 'a table', rows: 7, bytes: 9 },
      {
        ref: { ...place, name: 'T000000V' },
        kind: 'view',
        what: 'a secure view',
        comment: 'of people',
      },
      { ref: { ...place, name: 'T000001' }, kind: 'table', what: 'a table', rows: 7, bytes: 9 },
    ]);
    expect(asked).toEqual([
      'SHOW TABLES IN SCHEMA "DB"."a""b" LIMIT 10000',
      'SHOW VIEWS IN SCHEMA "DB"."a""b" LIMIT 10000',
    ]);
  });

  it.each([
    [9_999, 1],
    [10_000, 2],
    [25_000, 3],
  ])('P1: none of %i tables is left out, by %i pages', async (tables, pages) => {
    const { ask, asked } = catalog(tables);
    expect(await listTables(ask, place)).toHaveLength(tables + 1);
    expect(asked.filter((sql) => sql.startsWith('SHOW TABLES'))).toHaveLength(pages);
  });

  it('schemas without those of Snowflake; of more than a page, a database at a time', async () => {
    const few = catalog(0, 2);
    expect(await listSchemas(few.ask, undefined)).toEqual([
      { database: 'DB', schema: 'S000000' },
      { database: 'DB', schema: 'S000001' },
    ]);
    expect(few.asked).toEqual(['SHOW SCHEMAS IN ACCOUNT LIMIT 10000']);
    const many = catalog(0, 12_000);
    expect(await listSchemas(many.ask, undefined)).toHaveLength(24_000);
    expect(many.asked).toHaveLength(6);
  });
});
