import type { ColumnPair, LogicalType, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { compatibility } from '../types/compatibility.ts';
import { readType, type PostgresType } from '../sql/postgres-type.ts';
import { postgresType } from '../types/type-map.ts';

/** A column of the key in which two values of the source can be one in the target. */
export interface LooseKey {
  readonly column: string;
  /** For people, behind the name of the column. */
  readonly why: string;
  /**
   * Who still knows the value of the source: `stored`, the target itself, whose comparison alone is
   * loose; `sent`, whoever sees the text that was sent; `source`, which has cut it already.
   */
  readonly knownBy: 'stored' | 'sent' | 'source';
  /** The column does not keep the value of the source. */
  readonly cuts: boolean;
  /** The type of a column in which it would not be so. */
  readonly exactType: string;
  /** SQL of the non-deterministic collation that the key compares by. */
  readonly collation?: string;
}

interface KeyFacts {
  readonly name: string;
  /** As `format_type` spells it; of a domain, the type at its bottom. */
  readonly type: string;
  readonly citext: boolean;
  readonly enumerated: boolean;
  /** `"schema"."name"` of a non-deterministic collation of the column or of the key's index. */
  readonly collation: string | null;
}

/** `collisdeterministic`: https://www.postgresql.org/docs/current/catalog-pg-collation.html. */
const factsSql = `
SELECT a.attname::text AS name, format_type(base.oid, base.typmod) AS type,
       b.typname IN ('citext', '_citext') AS citext, b.typtype = 'e' AS enumerated,
       (SELECT min(format('%I.%I', ln.nspname, l.collname))
        FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
        WHERE NOT l.collisdeterministic AND (l.oid = a.attcollation OR EXISTS (
          SELECT FROM pg_catalog.pg_index i
          CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indcollation::oid[]) AS k (attnum, coll)
          WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
            AND i.indnkeyatts = cardinality($3::text[])
            AND k.attnum = a.attnum AND k.coll = l.oid))) AS collation
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = ANY ($3)
CROSS JOIN LATERAL (
  WITH RECURSIVE below AS (
    SELECT a.atttypid AS oid, a.atttypmod AS typmod, 0 AS depth
    UNION ALL
    SELECT d.typbasetype, d.typtypmod, depth + 1
    FROM below w JOIN pg_catalog.pg_type d ON d.oid = w.oid
    WHERE d.typtype = 'd'
  )
  SELECT oid, typmod FROM below ORDER BY depth DESC LIMIT 1
) base
JOIN pg_catalog.pg_type b ON b.oid = base.oid
WHERE n.nspname = $1 AND c.relname = $2`;

/** Columns of the key that compare more loosely in the target than in the source. */
export async function looseKeys(session: Session, table: TablePlan): Promise<readonly LooseKey[]> {
  const { schema, name } = table.target;
  const values = [schema, name, table.keyColumns];
  const { rows } = await session.query<KeyFacts & object>(factsSql, values);
  const there = new Map(rows.map((facts) => [facts.name, facts]));
  return table.columns
    .filter(({ target }) => table.keyColumns.includes(target))
    .flatMap((pair) => looseKey(pair, there.get(pair.target)) ?? []);
}

type Looseness = Omit<LooseKey, 'column' | 'exactType'> & Partial<Pick<LooseKey, 'exactType'>>;

/** A column that the run makes (no `facts`) holds what the type map says, but for digits of a second. */
function looseKey(pair: ColumnPair, facts: KeyFacts | undefined): LooseKey | undefined {
  const { type } = pair.source;
  const found =
    (facts === undefined ? undefined : byComparison(type, facts)) ??
    byDigits(pair) ??
    (facts === undefined ? undefined : byType(type, pair.widen?.to ?? facts.type, facts));
  if (found === undefined) return undefined;
  return { column: pair.target, exactType: postgresType(type) ?? 'text', ...found };
}

/** Kinds whose canonical text has letters, or spells one value in several ways. */
const spelled: ReadonlySet<LogicalType['kind']> = new Set(['text', 'json', 'spatial', 'unknown']);

function byComparison(source: LogicalType, facts: KeyFacts): Looseness | undefined {
  const { citext, collation, type } = facts;
  if (citext) {
    if (!spelled.has(source.kind)) return undefined;
    const why = 'is citext, which takes upper and lower case for the same';
    return { why, knownBy: 'stored', cuts: false };
  }
  if (collation === null) return undefined;
  const why = `compares by ${collation}, which takes different texts for the same`;
  const keeps = byType(source, type, facts) === undefined;
  return { why, collation, knownBy: keeps ? 'stored' : 'sent', cuts: false };
}

function byDigits({ fractionDigits, extraDigits, source }: ColumnPair): Looseness | undefined {
  if (fractionDigits === undefined || extraDigits === 'fail') return undefined;
  const why = `keeps ${fractionDigits} digits of a second, and ${source.nativeType} has more`;
  const knownBy = extraDigits === undefined ? 'source' : 'sent';
  return { why, knownBy, cuts: true, exactType: 'text' };
}

function byType(
  source: LogicalType,
  formatted: string,
  { enumerated }: KeyFacts,
): Looseness | undefined {
  const type = readType(formatted);
  // Values of an enum are exactly their labels.
  if (enumerated) return undefined;
  // Nor does its text have them (https://www.postgresql.org/docs/current/datatype-character.html).
  if (type.class === 'char') {
    const why = `is ${formatted}, which does not count blanks at the end`;
    return spelled.has(source.kind) ? { why, knownBy: 'sent', cuts: false } : undefined;
  }
  const verdict = compatibility(source, { ...anyColumn, nativeType: formatted });
  if (verdict.fits === 'loss') {
    return { why: `is ${formatted}: ${verdict.why}`, knownBy: 'sent', cuts: true };
  }
  if (!spelled.has(source.kind) || exact.has(type.class)) return undefined;
  const why = `is ${formatted}, which reads several texts as the same value`;
  return { why, knownBy: 'sent', cuts: false };
}

/** `compatibility` asks for a whole column, and looks at its type alone. */
const anyColumn = {
  name: '',
  type: { kind: 'unknown' },
  nullable: true,
  hasDefault: false,
  generated: false,
} as const;

/** They hold every text that goes in as it is, and compare its bytes. */
const exact: ReadonlySet<PostgresType['class']> = new Set(['text', 'varchar', 'cutting', 'json']);
