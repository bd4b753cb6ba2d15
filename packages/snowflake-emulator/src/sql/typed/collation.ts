/**
 * Collations. https://docs.snowflake.com/en/sql-reference/collation; what that page leaves open is
 * as measured by mlorek/frostlake (CollateTest, ColumnCollationTest, CollatedKeyOrderingTest).
 * DuckDB knows locales, NOCASE and NOACCENT; for the other options a comparison compares sort keys.
 */
import type { Collation, SqlType } from '../sql-type.ts';
import { compilationError, unsupported } from '../unsupported.ts';
import { CHANGES, optionsOf } from '../values/collation-spec.ts';
import { quoteText, type Typed } from './typed.ts';

/** Regions that DuckDB has collations of their own for; the others collate as their language. */
const REGIONS = new Set(
  'ar_sa de_at fa_af fr_ca he_il pa_in sr_ba sr_me sr_rs yue_cn zh_cn zh_hk zh_mo zh_sg zh_tw'.split(
    ' ',
  ),
);

/** DuckDB's name for a collation; undefined where it has none. */
function nativeName(spec: string): string | undefined {
  const { locale, set } = optionsOf(spec);
  const odd = ['pi', 'fu', ...CHANGES].some((option) => set.has(option));
  if (odd || locale === undefined) return undefined;
  const known = REGIONS.has(locale) ? locale : locale.split('_')[0];
  return `${set.has('ci') ? 'NOCASE.' : ''}${set.has('ai') ? 'NOACCENT.' : ''}${known}`;
}

/** SQL of a text that DuckDB compares, groups and orders under the collation, where it can. */
export function collated(sql: string, spec: string): string {
  if (spec === '') return `(${sql} COLLATE "C")`;
  const name = nativeName(spec);
  return name === undefined ? sql : `(${sql} COLLATE "${name}")`;
}

export function specOf(type: SqlType): string {
  return type.collation?.spec ?? '';
}

/** An explicit collation outranks a column's, and that none; two different ones of a rank are refused. */
export function combined(a: SqlType, b: SqlType): Collation | undefined {
  const [x, y] = [a.collation, b.collation];
  if (x === undefined || y === undefined) return x ?? y;
  if (x.explicit !== y.explicit) return x.explicit ? x : y;
  if (x.spec.toLowerCase() === y.spec.toLowerCase()) return x;
  throw compilationError(`Incompatible collations: '${y.spec}' and '${x.spec}'`, '001007', '22023');
}

/** The two sides of a comparison, both brought to `spec`. */
export function comparable(sides: readonly string[], spec: string): readonly string[] {
  if (spec === '' || nativeName(spec) !== undefined) return sides;
  return sides.map((sql) => sortKey(sql, spec));
}

/** Equal for texts that are equal under the collation, and in its order. */
function sortKey(sql: string, spec: string): string {
  const { locale, set } = optionsOf(spec);
  let text = sql;
  for (const change of CHANGES) if (set.has(change)) text = changed(text, change);
  if (locale === undefined) return text;
  const strength = set.has('ci') ? (set.has('ai') ? 'primary' : 'secondary') : 'tertiary';
  const plain = set.has('ai') && !set.has('ci') ? `strip_accents(${text})` : text;
  const keywords = [
    `colStrength=${strength}`,
    ...(set.has('pi') ? ['colAlternate=shifted'] : []),
    ...(set.has('fu') ? ['colCaseFirst=upper'] : []),
  ];
  return `icu_sort_key(${plain}, ${quoteText(`${locale}@${keywords.join(';')}`)})`;
}

function changed(sql: string, change: string): string {
  return change.endsWith('trim') ? `${change}(${sql}, ' ')` : `${change}(${sql})`;
}

/** What counts distinct values. */
export function distinctKey(value: Typed): string {
  const spec = specOf(value.type);
  return spec === '' ? value.sql : sortKey(collated(value.sql, ''), spec);
}

/** GROUP BY, ORDER BY, DISTINCT and PARTITION BY know only what DuckDB does. */
export function asKey(value: Typed): Typed {
  const spec = specOf(value.type);
  if (spec !== '' && nativeName(spec) === undefined) {
    throw unsupported(`keys that are collated '${spec}'`);
  }
  return value;
}

/** LIKE ignores what the collation ignores. */
export function foldedForLike(sql: string, spec: string): string {
  const { set } = optionsOf(spec);
  if (set.has('pi')) throw unsupported(`LIKE under the collation '${spec}'`);
  const changes = CHANGES.filter((change) => set.has(change));
  const text = changes.reduce((inner, change) => changed(inner, change), sql);
  const cased = set.has('ci') ? `lower(${text})` : text;
  return set.has('ai') ? `strip_accents(${cased})` : cased;
}

/** The type of a column that a query gives: what was explicit inside is the column's own outside. */
export function implicitly(type: SqlType): SqlType {
  if (type.collation === undefined) return type;
  const { collation, ...plain } = type;
  return collation.spec === '' ? plain : { ...plain, collation: { ...collation, explicit: false } };
}
