import type { TableRef } from '@snowmelt/core';

import { textWidth } from './text-width.ts';

export interface NamedTable {
  readonly source: TableRef;
  readonly target: TableRef;
}

/**
 * What tables are called where so many columns are theirs: whole names; without the databases and
 * schemas that all of them share; the source's name alone where the target's says the same; without
 * what all these names begin with.
 */
export function tableNames(tables: readonly NamedTable[], room: number): readonly string[] {
  const forms = [whole, withoutShared, sourceAlone, withoutBeginning];
  const names = forms.map((form) => form(tables));
  return names.find((some) => widest(some) <= room) ?? names.at(-1) ?? [];
}

/** `DB.SCHEMA → db.schema`, as far as all have them in common; empty where the names are whole. */
export function sharedPlace(tables: readonly NamedTable[], names: readonly string[]): string {
  const [first] = tables;
  if (first === undefined || names[0] === whole(tables)[0]) return '';
  const place = (side: keyof NamedTable): string =>
    partsOf(first[side]).slice(0, sharedParts(tables, side)).join('.');
  return [place('source'), place('target')].filter((part) => part !== '').join(' → ');
}

export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth));
}

function whole(tables: readonly NamedTable[]): string[] {
  return tables.map(
    ({ source, target }) => `${partsOf(source).join('.')} → ${partsOf(target).join('.')}`,
  );
}

function withoutShared(tables: readonly NamedTable[]): string[] {
  const from = sharedParts(tables, 'source');
  const to = sharedParts(tables, 'target');
  return tables.map(({ source, target }) =>
    [partsOf(source).slice(from).join('.'), partsOf(target).slice(to).join('.')].join(' → '),
  );
}

function sourceAlone(tables: readonly NamedTable[]): string[] {
  const from = sharedParts(tables, 'source');
  const short = withoutShared(tables);
  return tables.map(({ source, target }, index) =>
    source.name.toLowerCase() === target.name.toLowerCase()
      ? partsOf(source).slice(from).join('.')
      : (short[index] ?? ''),
  );
}

/** A few letters are not worth a mark in their place. */
const leastCut = 4;

function withoutBeginning(tables: readonly NamedTable[]): string[] {
  const names = sourceAlone(tables);
  const [first = '', ...others] = names;
  let shared = 0;
  const end = Math.min(...names.map((name) => name.length)) - 1;
  while (shared < end && others.every((name) => name[shared] === first[shared])) shared += 1;
  return others.length === 0 || shared < leastCut
    ? names
    : names.map((name) => `…${name.slice(shared)}`);
}

function sharedParts(tables: readonly NamedTable[], side: keyof NamedTable): number {
  const [first, ...others] = tables.map((table) => partsOf(table[side]));
  if (first === undefined) return 0;
  const same = (at: number): boolean => others.every((parts) => parts[at] === first[at]);
  return same(0) ? (same(1) ? 2 : 1) : 0;
}

function partsOf({ database, schema, name }: TableRef): readonly string[] {
  return [database, schema, name];
}
