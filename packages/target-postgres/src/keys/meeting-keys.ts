import { modeTraits, SnowmeltError, type TablePlan, watermarkOf } from '@snowmelt/core';
import { escapeLiteral } from 'pg';

import type { Session } from '../connect/transaction.ts';
import { batchTable } from '../tables/batch-table.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import type { LooseKey } from './loose-keys.ts';
import { is, isNot } from '../sql/operators.ts';
import type { Arbiter } from './arbiter.ts';
import type { KeyOperators } from './key-operators.ts';

/** The text of a key column as it was sent, in a batch: no column of the plan has its name. */
export function sentColumn({ columns }: TablePlan, column: string): string {
  const names = columns.map(({ target }) => target);
  let name = `snowmelt_sent_${names.indexOf(column)}`;
  while (names.includes(name)) name += '_';
  return name;
}

const keeper = 'pg_temp.snowmelt_keep_sent';

/**
 * Has a batch keep the text of keys of which the target's type keeps less. The values are made of it
 * as COPY makes them: by assignment, which cuts nothing off that COPY would refuse.
 */
export function keepSentSql(table: TablePlan, columns: readonly string[]): readonly string[] {
  const made = columns.map((column) => {
    const [key, sent] = [quoteIdentifier(column), quoteIdentifier(sentColumn(table, column))];
    return `NEW.${key} := NEW.${sent};`;
  });
  const body = `BEGIN ${made.join(' ')} RETURN NEW; END`;
  return [
    `CREATE OR REPLACE FUNCTION ${keeper}() RETURNS pg_catalog.trigger LANGUAGE plpgsql AS ${escapeLiteral(body)}`,
    `CREATE TRIGGER snowmelt_keep_sent BEFORE INSERT ON ${batchTable} FOR EACH ROW EXECUTE FUNCTION ${keeper}()`,
  ];
}

/** Before the batch is merged: throws where keys meet in it, and counts those that meet stored ones. */
export async function meet(
  session: Session,
  table: TablePlan,
  arbiter: Pick<Arbiter, 'loose' | 'operators'>,
): Promise<number> {
  const { loose } = arbiter;
  if (loose.length === 0) return 0;
  await refuseMeetingKeys(session, table, loose);
  await oneByOne(session, table);
  return countMetBefore(session, table, arbiter);
}

/** Chunks of a table with such a key merge one after the other: else two would not see each other. */
async function oneByOne(session: Session, { target }: TablePlan): Promise<void> {
  const name = quoteTable(target);
  await session.locking(`the merge of another chunk into ${name}`, () =>
    session.query('SELECT pg_catalog.pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `snowmelt keys of ${name}`,
    ]),
  );
}

/** P1: of two keys of the source that are one in the target, the batch can put in one row only. */
async function refuseMeetingKeys(
  session: Session,
  table: TablePlan,
  loose: readonly LooseKey[],
): Promise<void> {
  const known = loose.filter(({ knownBy }) => knownBy !== 'source');
  if (known.length === 0) return;
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS keys FROM (
  SELECT 1 FROM ${batchTable} AS batch GROUP BY ${comparedKeys(table, loose, 'batch').join(', ')}
  HAVING pg_catalog.min(${asSent(table, known)}) ${isNot} pg_catalog.max(${asSent(table, known)})
) met`;
  const keys = await countOf(session, sql);
  if (keys > 0) throw meetingKeys(table, loose, keys);
}

/**
 * Keys of the batch whose row in the target came from another key: of this run, or, where rows may
 * stay that are not read or not newer, of any. Where the target does not tell which key a row came
 * from, each that this run has put in counts, also where the source has one key twice.
 */
async function countMetBefore(
  session: Session,
  table: TablePlan,
  { loose, operators }: Pick<Arbiter, 'loose' | 'operators'>,
): Promise<number> {
  const known = loose.filter(({ knownBy }) => knownBy !== 'source');
  if (known.length === 0) return 0;
  const { run, key, target } = table;
  const ids = await session.query<{ ids: string[] }>(xidsSql, [run, key]);
  const same = sameKey(table, loose, operators);
  const sql = `SELECT pg_catalog.count(*)::pg_catalog.text AS keys FROM (
  SELECT 1 FROM ${batchTable} AS batch JOIN ${quoteTable(target)} AS stored ON ${same}
  WHERE ${isOther(table, known)} GROUP BY stored.tableoid, stored.ctid
) met`;
  return countOf(session, sql, [ids.rows[0]?.ids ?? []]);
}

const xidsSql = `
SELECT coalesce(array_agg(x::text), '{}') AS ids
FROM snowmelt.chunk_ledger c CROSS JOIN LATERAL unnest(c.xids) AS x
WHERE c.run_id = $1 AND c.table_key = $2 AND NOT c.of_keys`;

function isOther(table: TablePlan, known: readonly LooseKey[]): string {
  const ofRun = `stored.xmin ${is} ANY ($1::pg_catalog.xid[])`;
  const stored = known.filter(({ knownBy }) => knownBy === 'stored').map(({ column }) => column);
  const others = stored.map((column) => differing(bytes('batch', column), bytes('stored', column)));
  const staying = modeTraits[table.mode].leavesRows || watermarkOf(table) !== undefined;
  const differs = others.length === 0 ? 'false' : `(${others.join(' OR ')})`;
  const unknown = stored.length < known.length;
  return `(${unknown ? ofRun : `${differs} AND ${ofRun}`})${staying ? ` OR ${differs}` : ''}`;
}

/** The key columns as the unique index compares them. */
export function comparedKeys(
  { keyColumns }: Pick<TablePlan, 'keyColumns'>,
  loose: readonly LooseKey[],
  row: string,
): readonly string[] {
  const collations = new Map(loose.map(({ column, collation }) => [column, collation]));
  return keyColumns.map((column) => {
    const collation = collations.get(column);
    const name = `${row}.${quoteIdentifier(column)}`;
    return collation === undefined ? name : `${name} COLLATE ${collation}`;
  });
}

function sameKey(table: TablePlan, loose: readonly LooseKey[], operators: KeyOperators): string {
  const [batch, stored] = ['batch', 'stored'].map((row) => comparedKeys(table, loose, row));
  const same = table.keyColumns.map(
    (column, index) => `${batch?.[index]} ${operators.get(column) ?? is} ${stored?.[index]}`,
  );
  return same.join(' AND ');
}

/** Of columns of a key that are there: a text beside NULL, where a key may have it, is another one. */
export function differing(a: string, b: string): string {
  return `((${a} ${isNot} ${b}) IS TRUE OR (${a} IS NULL) ${isNot} (${b} IS NULL))`;
}

/** A column as the target stores it, byte by byte. */
export function bytes(row: string, column: string): string {
  return `(${row}.${quoteIdentifier(column)}::pg_catalog.text COLLATE pg_catalog."C")`;
}

function asSent(table: TablePlan, known: readonly LooseKey[]): string {
  const sent = known.map(({ column, knownBy }) =>
    bytes('batch', knownBy === 'sent' ? sentColumn(table, column) : column),
  );
  return `ARRAY[${sent.join(', ')}]`;
}

/** Rows that have one key in the target and had several in the source. */
export function meetingKeys(
  table: TablePlan,
  loose: readonly LooseKey[],
  keys: number,
): SnowmeltError {
  const { keyColumns, target } = table;
  const are = keys === 1 ? '1 key is' : `${keys} keys are each`;
  return new SnowmeltError(
    'TARGET.KEYS_MEET',
    `${are} one in ${target.schema}.${target.name} and several in the source ` +
      `(${keyColumns.join(', ')}): ${whyLoose(loose)}`,
    { fix: exactFix(table, loose) },
  );
}

export function whyLoose(loose: readonly LooseKey[]): string {
  return loose.map(({ column, why }) => `column ${column} ${why}`).join('; ');
}

/** The statement after which every key of the source has a row of its own. */
export function exactFix(table: Pick<TablePlan, 'target'>, loose: readonly LooseKey[]): string {
  const types = loose.map(
    ({ column, exactType }) => `ALTER COLUMN ${quoteIdentifier(column)} TYPE ${exactType}`,
  );
  const explicit = loose.some(({ collation }) => collation !== undefined);
  const index = explicit ? ' (and its unique index without that collation)' : '';
  return `ALTER TABLE ${quoteTable(table.target)} ${types.join(', ')};${index} or choose other uniqueness_columns, or make the keys the same at the source.`;
}

async function countOf(
  session: Session,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const { rows } = await session.onTable<{ keys: string }>(sql, values);
  return Number(rows[0]?.keys ?? 0);
}
