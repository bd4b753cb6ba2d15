import type { Finding, TablePlan, WorkContext } from '@snowmelt/core';
import { escapeLiteral } from 'pg';

import { finding } from '../describe/findings.ts';
import type { Session } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { is, isAbove, isAtLeast, isAtMost, isBelow } from '../sql/operators.ts';

interface FedSequence {
  readonly column: string;
  /** As SQL names it, quoted where need be. */
  readonly sequence: string;
  /** Of the column, as identity and serial have it; else its default only uses the sequence. */
  readonly owned: boolean;
  readonly descends: boolean;
  readonly may_read: boolean;
  readonly may_set: boolean;
  readonly role: string;
}

/**
 * Sequences behind columns of the table: those that a column owns (deptype `i` of an identity, `a`
 * of a serial or OWNED BY; https://www.postgresql.org/docs/current/catalog-pg-depend.html), and
 * those that a default takes its values from. One that cycles takes up no value again by itself.
 */
const sequencesSql = `
SELECT DISTINCT a.attname::text AS column,
       pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.relname) AS sequence,
       own.deptype IS NOT NULL AS owned, q.seqincrement < 0 AS descends,
       pg_catalog.has_sequence_privilege(s.oid, 'SELECT') AS may_read,
       pg_catalog.has_sequence_privilege(s.oid, 'UPDATE') AS may_set,
       current_user::text AS role
FROM pg_catalog.pg_class t
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid AND y.typcategory = 'N'
LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = t.oid AND f.adnum = a.attnum
JOIN pg_catalog.pg_class s ON s.relkind = 'S'
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid AND NOT q.seqcycle
LEFT JOIN pg_catalog.pg_depend own
  ON own.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND own.objid = s.oid
 AND own.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND own.refobjid = t.oid
 AND own.refobjsubid = a.attnum AND own.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_depend used
  ON used.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND used.objid = f.oid
 AND used.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND used.refobjid = s.oid
WHERE n.nspname = $1 AND t.relname = $2 AND a.attname = ANY ($3::text[])
  AND (own.deptype IS NOT NULL OR used.deptype IS NOT NULL)
ORDER BY 1, 2`;

/**
 * Sets each sequence that a loaded column owns past the values that stand in the column: the next
 * INSERT without a value would collide otherwise. A sequence never goes back. What can't or may not
 * be set is a finding with the statement that does it: a sequence of nobody's may serve others.
 */
export async function advanceSequences(
  session: Session,
  table: TablePlan,
  { log }: WorkContext,
): Promise<readonly Finding[]> {
  const { schema, name } = table.target;
  const fed = table.columns.map(({ target }) => target);
  const { rows } = await session.query<FedSequence & object>(sequencesSql, [schema, name, fed]);
  const findings: Finding[] = [];
  for (const sequence of rows) {
    const reached = await farthest(session, table, sequence);
    if (reached === undefined) continue;
    if (!reached.in_range || !maySet(sequence)) {
      findings.push(behind(table, sequence, reached));
      continue;
    }
    await session.onTable(setSql(table, sequence));
    log.info('sequence_advanced', { table: table.key, sequence: sequence.sequence });
  }
  return findings;
}

interface Farthest {
  readonly value: string;
  readonly in_range: boolean;
}

/** The column's last value in the direction of the sequence, where the sequence has not passed it. */
async function farthest(
  session: Session,
  table: TablePlan,
  sequence: FedSequence,
): Promise<Farthest | undefined> {
  const sql = `
SELECT m.value::pg_catalog.text AS value,
       m.value ${isAtLeast} q.seqmin AND m.value ${isAtMost} q.seqmax AS in_range
FROM (${lastValueSql(table, sequence)}) AS m
CROSS JOIN (${stateSql(sequence)}) AS s
JOIN pg_catalog.pg_sequence q ON q.seqrelid ${is} ${oidSql(sequence)}
WHERE ${notPassed(sequence)}`;
  return (await session.onTable<Farthest & object>(sql)).rows[0];
}

/** Read and set in one statement: others may draw values meanwhile, and it must not go back. */
function setSql(table: TablePlan, sequence: FedSequence): string {
  return `
SELECT pg_catalog.setval(${oidSql(sequence)}, m.value::bigint)
FROM (${lastValueSql(table, sequence)}) AS m
CROSS JOIN (${stateSql(sequence)}) AS s
WHERE ${notPassed(sequence)}`;
}

function maySet({ owned, may_read, may_set }: FedSequence): boolean {
  return owned && may_read && may_set;
}

function oidSql({ sequence }: FedSequence): string {
  return `${escapeLiteral(sequence)}::pg_catalog.regclass`;
}

/**
 * Where it stands. With USAGE alone the server tells the value it gave last, and of a sequence that
 * gave none nothing: then the one it was made to start at counts.
 */
function stateSql(sequence: FedSequence): string {
  if (sequence.may_read) return `SELECT last_value, is_called FROM ${sequence.sequence}`;
  const last = `pg_catalog.pg_sequence_last_value(seqrelid)`;
  return `SELECT coalesce(${last}, seqstart) AS last_value, ${last} IS NOT NULL AS is_called
  FROM pg_catalog.pg_sequence WHERE seqrelid ${is} ${oidSql(sequence)}`;
}

function lastValueSql(table: TablePlan, { column, descends }: FedSequence): string {
  const bound = descends ? 'min' : 'max';
  return `SELECT pg_catalog.${bound}(${quoteIdentifier(column)})::numeric AS value FROM ${quoteTable(table.target)}`;
}

/** The next value that it gives, or gave last, is one that may stand in the column. */
function notPassed({ descends }: FedSequence): string {
  const [beyond, reached] = descends ? [isBelow, isAtMost] : [isAbove, isAtLeast];
  return `CASE WHEN s.is_called THEN m.value ${beyond} s.last_value ELSE m.value ${reached} s.last_value END`;
}

function behind(table: TablePlan, sequence: FedSequence, reached: Farthest): Finding {
  const { column, sequence: name, owned, role } = sequence;
  const { value } = reached;
  const message =
    `the sequence ${name} gives values that stand in column ${column} of ${table.target.name} ` +
    `already (up to ${value}): an INSERT without a value is refused, or repeats one`;
  const set = `SELECT setval(${escapeLiteral(name)}, ${value});`;
  const mend = (): string => {
    if (!reached.in_range) return `ALTER SEQUENCE ${name} NO MAXVALUE NO MINVALUE; ${set}`;
    if (!owned) return set;
    return `${set} as its owner, or let runs do it: GRANT SELECT, UPDATE ON SEQUENCE ${name} TO ${quoteIdentifier(role)};`;
  };
  return finding('warning', 'TARGET.SEQUENCE_BEHIND', { column, message, fix: mend() });
}
