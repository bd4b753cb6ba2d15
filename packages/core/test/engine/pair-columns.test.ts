import { describe, expect, it } from 'vitest';

import type { ColumnSchema, TableSchema } from '../../src/index.ts';
import { foldedName, pairColumns } from '../../src/engine/decide/pair-columns.ts';

const column = (name: string): ColumnSchema => ({
  name,
  type: { kind: 'text' },
  nativeType: 'text',
  nullable: true,
  hasDefault: false,
  generated: false,
});

const table = (...names: string[]): TableSchema => ({
  ref: { database: 'd', schema: 's', name: 't' },
  kind: 'table',
  columns: names.map(column),
  primaryKey: [],
});

const rules = { mayAdd: false, fractionDigits: () => undefined };
const all = { exclude: [], mapping: {} };
const targets = (paired: ReturnType<typeof pairColumns>) =>
  paired.pairs.map(({ source, target }) => [source.name, target]);

describe('pairColumns', () => {
  it('finds a target column by the same name, in lower case, or by the only other case', () => {
    const existing = table('Visit Updated Timestamp', 'id', 'CamelCase');
    const paired = pairColumns(
      table('Visit Updated Timestamp', 'ID', 'CAMELCASE'),
      existing,
      all,
      rules,
    );
    expect(targets(paired)).toEqual([
      ['Visit Updated Timestamp', 'Visit Updated Timestamp'],
      ['ID', 'id'],
      ['CAMELCASE', 'CamelCase'],
    ]);
  });

  it('takes no column by case where two would do', () => {
    const paired = pairColumns(table('Id'), table('ID', 'iD'), all, rules);
    expect(paired).toMatchObject({ pairs: [], leftOut: ['Id'] });
  });

  it('leaves out what an existing target lacks, unless it may be added', () => {
    const existing = table('a');
    expect(pairColumns(table('A', 'B'), existing, all, rules).leftOut).toEqual(['B']);
    const added = pairColumns(table('A', 'B'), existing, all, { ...rules, mayAdd: true });
    expect(targets(added)).toEqual([
      ['A', 'a'],
      ['B', 'b'],
    ]);
    expect(added.pairs[1]).not.toHaveProperty('targetType');
  });

  it('maps, includes and excludes, and names what the source does not have', () => {
    const choice = { include: ['A', 'B', 'X'], exclude: ['B', 'Y'], mapping: { A: 'Z z' } };
    const paired = pairColumns(table('A', 'B', 'C'), undefined, choice, rules);
    expect(targets(paired)).toEqual([['A', 'Z z']]);
    expect(paired.unknown).toEqual(['X', 'Y']);
  });

  it('keeps a mapped name that the existing target lacks out, rather than guessing another', () => {
    const paired = pairColumns(table('A'), table('a'), { ...all, mapping: { A: 'b' } }, rules);
    expect(paired.leftOut).toEqual(['A']);
  });

  it.each([
    ['ID', 'id'],
    ['_A1$', '_a1$'],
    ['Visit', 'Visit'],
    ['A B', 'A B'],
    ['1A', '1A'],
  ])('folds %s to %s', (name, folded) => {
    expect(foldedName(name)).toBe(folded);
  });
});
