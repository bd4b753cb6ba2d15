import type { TableRef } from '@snowmelt/core';

import { textWidth } from '../terminal/text-width.ts';

export interface NamedTable {
  readonly source: TableRef;
  readonly target: TableRef;
}

/**
 * What tables are called where so many columns are theirs: whole names; without the databases and
 * schemas that all of them share; the source's name alone where the target's says the same; without
 * what all these names begin with; the source's names, and of those that are too long only what
 * tells them from others.
 */
export function tableNames(tables: readonly NamedTable[], room: number): readonly string[] {
  const short = sourceAlone(tables);
  const sources = sourceNames(tables);
  const forms = [short, withoutBeginning(short), sources, withoutBeginning(sources)];
  const fits = (names: readonly string[]): boolean => widest(names) <= room;
  return (
    [whole(tables), withoutShared(tables), ...forms].find(fits) ?? withoutLikeness(sources, room)
  );
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
  const sources = sourceNames(tables);
  const short = withoutShared(tables);
  return tables.map(
    ({ source, target }, index) =>
      (source.name.toLowerCase() === target.name.toLowerCase() ? sources : short)[index] ?? '',
  );
}

function sourceNames(tables: readonly NamedTable[]): string[] {
  const from = sharedParts(tables, 'source');
  return tables.map(({ source }) => partsOf(source).slice(from).join('.'));
}

/** A few letters are not worth a mark in their place. */
const leastCut = 4;

function withoutBeginning(names: readonly string[]): readonly string[] {
  const [first = '', ...others] = names;
  const shared = Math.min(...others.map((name) => sharedLength(first, name)));
  return others.length === 0 || shared < leastCut
    ? names
    : names.map((name) => `…${name.slice(shared)}`);
}

/** Two names that are cut at their ends may look the same: of each what no other begins with stays. */
function withoutLikeness(names: readonly string[], room: number): readonly string[] {
  const sorted = names.toSorted();
  const begins = new Map<string, number>();
  for (const [at, name] of sorted.entries()) {
    const beside = [sorted[at - 1], sorted[at + 1]].map((one = '') => sharedLength(name, one));
    begins.set(name, Math.max(begins.get(name) ?? 0, ...beside));
  }
  return names.map((name) => {
    const shared = name.slice(0, begins.get(name));
    const [words = ''] = /^.*[^\p{L}\p{N}]/u.exec(shared) ?? [];
    const cut = (words.length < leastCut ? shared : words).length;
    return textWidth(name) <= room || cut < leastCut ? name : `…${name.slice(cut)}`;
  });
}

/** Characters that both begin with; one of each stays. */
function sharedLength(one: string, other: string): number {
  const end = Math.min(one.length, other.length) - 1;
  let shared = 0;
  while (shared < end && one[shared] === other[shared]) shared += 1;
  return shared;
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
