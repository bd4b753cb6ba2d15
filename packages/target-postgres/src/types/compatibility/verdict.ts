import type { LogicalType } from '@snowmelt/core';

import type { PostgresClass, PostgresType } from '../../sql/postgres-type.ts';

/**
 * Whether the canonical text of a source column can go into an existing target column.
 * `yes`: every value goes in and is the same. `cast`: PostgreSQL refuses, by an error that names
 * the row, what it can't hold; what it takes is the same. `loss`: some values are changed without
 * a word. `no`: what comes out is something else, or no value goes in at all.
 */
export type Compatibility =
  { readonly fits: 'yes' } | { readonly fits: 'cast' | 'loss' | 'no'; readonly why: string };

export const yes: Compatibility = { fits: 'yes' };
export const no = (why: string): Compatibility => ({ fits: 'no', why });
export const cast = (why: string): Compatibility => ({ fits: 'cast', why });
export const loss = (why: string): Compatibility => ({ fits: 'loss', why });

export type Kind = LogicalType['kind'];
export type OfKind<K extends Kind> = Extract<LogicalType, { kind: K }>;

export type Rule<K extends Kind> = (source: OfKind<K>, target: PostgresType) => Compatibility;

export function applyRule<K extends Kind>(
  rule: Compatibility | Rule<K>,
  source: OfKind<K>,
  target: PostgresType,
): Compatibility {
  return typeof rule === 'function' ? rule(source, target) : rule;
}

/** What becomes of one kind of source in every class of target; a class that is missing does not compile. */
export type Row<K extends Kind> = Readonly<Record<PostgresClass, Compatibility | Rule<K>>>;

const unreadable = (what: string): Compatibility => no(`PostgreSQL does not read ${what} there`);

/** The rule of every class that a row does not name: nothing is read from `what`, with these exceptions. */
export function otherwise(what: string): Readonly<Record<PostgresClass, Compatibility>> {
  const refused = unreadable(what);
  return {
    boolean: refused,
    integer: refused,
    numeric: refused,
    float: refused,
    text: yes,
    varchar: refused,
    char: refused,
    cutting: loss('the type keeps less than the text that it takes, without a word'),
    uuid: refused,
    bytea: no('it would hold the characters of the text'),
    date: refused,
    time: refused,
    timetz: refused,
    timestamp: refused,
    timestamptz: refused,
    json: refused,
    jsonb: refused,
    interval: refused,
    money: refused,
    bits: refused,
    array: refused,
    vector: refused,
    spatial: refused,
    other: cast(
      'whether the type reads the canonical text is not known; a row that it refuses is named',
    ),
  };
}
