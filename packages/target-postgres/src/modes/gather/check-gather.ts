import { changesOf, type Finding, type TablePlan } from '@snowmelt/core';

import type { Session } from '../../connect/transaction.ts';
import { caution, finding, unsuitable } from '../../describe/findings.ts';
import {
  actingKeys,
  incomingKeys,
  nameChildren,
  type IncomingKey,
} from '../../describe/incoming-keys.ts';
import { grantSql } from '../../sql/grant-sql.ts';
import { quoteTable } from '../../sql/quote-identifier.ts';

interface TableFacts {
  readonly inheriting: readonly string[];
  readonly foreign_partitions: readonly string[];
  /** Rules that rewrite INSERT, UPDATE or DELETE. */
  readonly rules: readonly string[];
  /** Publications of deletes in which the table's rows have no identity. */
  readonly without_identity: readonly string[];
}

const factsSql = `
WITH target AS (
  SELECT c.* FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1)
), family AS (
  SELECT oid FROM target
  UNION SELECT p.relid FROM target t, pg_catalog.pg_partition_tree(t.oid) p
)
SELECT ARRAY(SELECT i.inhrelid::regclass::text
             FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = t.oid AND NOT c.relispartition ORDER BY 1) AS inheriting,
       ARRAY(SELECT c.oid::regclass::text FROM family f JOIN pg_catalog.pg_class c USING (oid)
             WHERE c.relkind = 'f' ORDER BY 1) AS foreign_partitions,
       ARRAY(SELECT r.rulename::text FROM family f JOIN pg_catalog.pg_rewrite r ON r.ev_class = f.oid
             WHERE r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A') ORDER BY 1) AS rules,
       ARRAY(
         SELECT DISTINCT p.pubname::text
         FROM family f
         JOIN pg_catalog.pg_class c USING (oid)
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_catalog.pg_publication_tables pt
           ON pt.schemaname = n.nspname AND pt.tablename = c.relname
         JOIN pg_catalog.pg_publication p ON p.pubname = pt.pubname AND p.pubdelete
         WHERE NOT (c.relreplident = 'f' OR EXISTS (
           SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid
           AND (c.relreplident = 'i' AND i.indisreplident OR c.relreplident = 'd' AND i.indisprimary)))
         ORDER BY 1) AS without_identity
FROM target t`;

/** What a swap, or a load of changes, can't keep or has no right to do in a table that is there. */
export async function checkGather(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const quoted = quoteTable(table.target);
  const [facts] = (await session.query<TableFacts & object>(factsSql, [quoted])).rows;
  if (facts === undefined) return [];
  return [
    ...shape(table, facts),
    ...checkIncomingKeys(table, await incomingKeys(session, quoted)),
    ...(await checkShadows(session, table)),
  ];
}

/** Whether the foreign keys that lead to the target can be kept. */
function checkIncomingKeys(table: TablePlan, keys: readonly IncomingKey[]): readonly Finding[] {
  const others = keys.filter(({ own }) => !own);
  return [
    ...(others.length > 0 ? [rowsMustStay(table, others)] : []),
    ...actingKeys(others)
      .filter(({ may_read }) => !may_read)
      .map(unreadable),
  ];
}

function rowsMustStay(table: TablePlan, keys: readonly IncomingKey[]): Finding {
  const { schema, name } = table.target;
  const { load } = gatheringWords(table);
  return caution({
    message:
      `rows of ${schema}.${name} that ${nameChildren(keys)} refers to must still be ` +
      `in the source: else ${load} is refused and the old rows stay`,
    fix: 'Load the referring tables first where their rows go as well.',
  });
}

function unreadable({ name, child_schema, child_table, role }: IncomingKey): Finding {
  return finding('error', 'TARGET.PRIVILEGE', {
    message: `foreign key ${name} acts on DELETE, and ${child_schema}.${child_table}, whose rows it would act on, can't be read`,
    fix: `As its owner: ${grantSql(role).onTable(['SELECT'], { schema: child_schema, name: child_table })} A row-level policy may not hide rows of it.`,
  });
}

interface ShadowFacts {
  /** Publications of all tables. */
  readonly publishing: readonly string[];
  /** Those of them that publish deletes. */
  readonly publishing_deletes: readonly string[];
}

const shadowsSql = `
SELECT ARRAY(SELECT pubname::text FROM pg_catalog.pg_publication
             WHERE puballtables ORDER BY 1) AS publishing,
       ARRAY(SELECT pubname::text FROM pg_catalog.pg_publication
             WHERE puballtables AND pubdelete ORDER BY 1) AS publishing_deletes`;

/** The place where rows are gathered. */
async function checkShadows(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const [facts] = (await session.query<ShadowFacts & object>(shadowsSql)).rows;
  if (facts === undefined) return [];
  const { load, instead } = gatheringWords(table);
  const published = caution({
    message: `${facts.publishing.join(', ')} publishes all tables, and so the rows that ${load} of ${table.target.name} gathers`,
    fix: `Name the tables to be published, or ${instead}.`,
  });
  return facts.publishing.length > 0 ? [published] : [];
}

/** Of a table that the run creates. */
export async function checkGatherOfNew(
  session: Session,
  table: TablePlan,
): Promise<readonly Finding[]> {
  const [facts] = (await session.query<ShadowFacts & object>(shadowsSql)).rows;
  const names = table.primaryKey.length > 0 ? [] : (facts?.publishing_deletes ?? []);
  return [
    ...(await checkShadows(session, table)),
    ...(names.length > 0 ? [withoutIdentity(table, names)] : []),
  ];
}

function shape(table: TablePlan, facts: TableFacts): readonly Finding[] {
  const label = nameOf(table);
  const { load, instead } = gatheringWords(table);
  const fix = `Take another target, or ${instead}.`;
  const cases: readonly (readonly [readonly string[], string])[] = [
    [facts.inheriting, `${load} of ${label} would change the tables that inherit from it`],
    [facts.foreign_partitions, `${load} can't reach into partitions on other servers`],
    [facts.rules, `rules of ${label} rewrite the statements of ${load}`],
  ];
  return [
    ...cases
      .filter(([names]) => names.length > 0)
      .map(([names, what]) => unsuitable({ message: `${what}: ${names.join(', ')}`, fix })),
    ...(facts.without_identity.length > 0 ? [withoutIdentity(table, facts.without_identity)] : []),
  ];
}

function withoutIdentity(table: TablePlan, publications: readonly string[]): Finding {
  return unsuitable({
    message: `${nameOf(table)} has no replica identity, so rows that go can't be published by ${publications.join(', ')}`,
    fix: `Give it a primary key or a REPLICA IDENTITY, or ${gatheringWords(table).instead}.`,
  });
}

function nameOf({ target }: TablePlan): string {
  return `${target.schema}.${target.name}`;
}

/** What such a load is called, and what to use in its place. */
function gatheringWords(table: TablePlan) {
  return changesOf(table) !== undefined
    ? { load: 'a load of changes', instead: 'remove changes: cdc' }
    : { load: 'a swap', instead: 'use refresh: truncate' };
}
