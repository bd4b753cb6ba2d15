import type { TablePlan } from '@snowmelt/core';

import { quoteIdentifier, quoteTable } from '../../sql/quote-identifier.ts';
import { is, isAtLeast, isNot } from '../../sql/operators.ts';
import type { ColumnMatch } from '../../describe/incoming-keys.ts';

/** What the statements are made of. */
export interface Exchange {
  readonly table: TablePlan;
  /** Quoted, with its schema. */
  readonly shadow: string;
  /** Columns by which a row is found again; none: a row that changed goes and comes. */
  readonly match: readonly ColumnMatch[] | undefined;
  /** Identity columns of the target that ALWAYS generate: UPDATE may not set them. */
  readonly always: readonly string[];
}

/**
 * One statement that leaves in the target exactly the shadow's rows. Rows that are the same stay
 * as they are. All of it sees one snapshot; an empty count of what a part has done makes the next
 * part wait for its end, so that a key is free before it is taken again, while foreign keys and
 * AFTER triggers look at the whole when all parts are done
 * (https://www.postgresql.org/docs/current/queries-with.html, "Data-Modifying Statements").
 */
export function exchangeSql(exchange: Exchange): string {
  return exchange.match === undefined ? byContent(exchange) : byKey(exchange, exchange.match);
}

/** As many of equal rows as the shadow has: the n-th of one side is the n-th of the other. */
function byContent({ table, shadow }: Exchange): string {
  const target = quoteTable(table.target);
  const same = (row: string) =>
    `pg_catalog.sha256(pg_catalog.convert_to(${rowText(table, row)}, 'UTF8'))`;
  return `
WITH diff AS MATERIALIZED (
  SELECT old.part, old.gone, new.added
  FROM (
    SELECT part, gone, same, pg_catalog.row_number() OVER (PARTITION BY same) AS nth
    FROM (SELECT t.tableoid AS part, t.ctid AS gone, ${same('t')} AS same FROM ${target} t) t
  ) old
  FULL JOIN (
    SELECT added, same, pg_catalog.row_number() OVER (PARTITION BY same) AS nth
    FROM (SELECT s.ctid AS added, ${same('s')} AS same FROM ${shadow} s) s
  ) new ON new.same ${is} old.same AND new.nth ${is} old.nth
  WHERE old.gone IS NULL OR new.added IS NULL
), deleted AS (
  DELETE FROM ${target} t USING diff d WHERE t.ctid ${is} d.gone AND t.tableoid ${is} d.part RETURNING 1
)
${insertSql(table, shadow)}
JOIN diff d ON d.added ${is} s.ctid
WHERE (SELECT pg_catalog.count(*) FROM deleted) ${isAtLeast} 0`;
}

/** Rows whose key stays are updated in place: nothing that refers to them is touched. */
function byKey({ table, shadow, always }: Exchange, match: readonly ColumnMatch[]): string {
  const target = quoteTable(table.target);
  const settable = columnNames(table).filter((name) => !always.includes(name));
  const sets = settable.map((name) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`);
  const updated =
    sets.length === 0
      ? 'SELECT 1 FROM deleted'
      : `UPDATE ${target} t SET ${sets.join(', ')}
  FROM diff d JOIN ${shadow} s ON s.ctid ${is} d.added
  WHERE t.ctid ${is} d.gone AND t.tableoid ${is} d.part AND (SELECT pg_catalog.count(*) FROM deleted) ${isAtLeast} 0
  RETURNING 1`;
  return `
WITH diff AS MATERIALIZED (
  SELECT t.tableoid AS part, t.ctid AS gone, s.ctid AS added
  FROM ${target} t FULL JOIN ${shadow} s ON ${equal(match, 't', 's')}
  WHERE t.ctid IS NULL OR s.ctid IS NULL
     OR ${rowText(table, 't')} ${isNot} ${rowText(table, 's')}
), deleted AS (
  DELETE FROM ${target} t USING diff d
  WHERE t.ctid ${is} d.gone AND t.tableoid ${is} d.part AND d.added IS NULL
  RETURNING 1
), updated AS (
  ${updated}
)
${insertSql(table, shadow)}
JOIN diff d ON d.added ${is} s.ctid AND d.gone IS NULL
WHERE (SELECT pg_catalog.count(*) FROM updated) ${isAtLeast} 0`;
}

/** `a.x = b.y AND …`, by the operators of the foreign key. */
export function equal(matches: readonly ColumnMatch[], a: string, b: string): string {
  return matches
    .map(
      ({ left, operator, right }) =>
        `${a}.${quoteIdentifier(left)} ${operator} ${b}.${quoteIdentifier(right)}`,
    )
    .join(' AND ');
}

function insertSql(table: TablePlan, shadow: string): string {
  const names = columnNames(table).map(quoteIdentifier);
  return `INSERT INTO ${quoteTable(table.target)} (${names.join(', ')}) OVERRIDING SYSTEM VALUE
SELECT ${names.map((name) => `s.${name}`).join(', ')}
FROM ${shadow} s`;
}

/** Text, since json, xml and points have no equality; the types are the same on both sides. */
function rowText(table: TablePlan, row: string): string {
  const fields = columnNames(table).map((name) => `${row}.${quoteIdentifier(name)}`);
  return `ROW(${fields.join(', ')})::pg_catalog.text`;
}

function columnNames(table: TablePlan): readonly string[] {
  return table.columns.map(({ target }) => target);
}
