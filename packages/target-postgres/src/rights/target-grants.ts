import {
  modeTraits,
  type Grant,
  type GrantsRequest,
  type TableJob,
  type WorkContext,
} from '@snowmelt/core';

import type { Databases } from '../connect/databases.ts';
import { transaction } from '../connect/transaction.ts';
import { quoteIdentifier, quoteTable } from '../sql/quote-identifier.ts';
import { grantSql } from '../sql/grant-sql.ts';
import { markColumns } from '../tables/keys-table.ts';
import {
  gathersInSnowmelt,
  ledgerPrivileges,
  neededPrivileges,
  needsTemporary,
  neededWhereKeysAct,
  privilegesAfterStop,
} from './needed-rights.ts';
import { readTableFacts, type TableFacts } from './table-facts.ts';

/**
 * The least that a role needs to load these tables. Where the server is not asked, a table may be
 * there or not: the SQL looks for itself.
 */
export async function targetGrants(
  databases: Databases,
  database: string,
  { role, tables, ask }: GrantsRequest,
  { signal }: WorkContext,
): Promise<readonly Grant[]> {
  const here = tables.filter(({ target }) => target.database === database);
  if (!ask) return grantsOf(database, role, new Map(here.map((table) => [table, undefined])));
  const options = { database, signal, purpose: 'plain' } as const;
  const facts = await transaction(databases, options, async (session) => {
    const asked = new Map<TableJob, TableFacts>();
    for (const table of here) asked.set(table, await readTableFacts(session, table, role));
    return asked;
  });
  return grantsOf(database, role, facts);
}

type Asked = ReadonlyMap<TableJob, TableFacts | undefined>;

function grantsOf(database: string, role: string, asked: Asked): readonly Grant[] {
  const tables = [...asked.keys()];
  const grant = grantSql(role);
  const schemas = [...new Set(tables.map(({ target }) => target.schema))];
  const merges = tables.some(needsTemporary);
  const gathers = tables.some(gathersInSnowmelt);
  return [
    {
      sql: grant.onDatabase(merges ? ['CONNECT', 'TEMPORARY'] : ['CONNECT'], database),
      why: merges ? 'chunks are merged from temporary tables' : 'to log in',
    },
    {
      sql: grant.newSchema('snowmelt'),
      why: gathers
        ? 'the ledger is made here, and tables in which rows and keys are gathered'
        : 'the ledger is made here',
    },
    {
      sql: grant.onLedger(ledgerPrivileges),
      why: 'a ledger that another role has made already; one of an earlier version has to be its own',
    },
    ...schemas.map((schema) => ({
      sql: `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(schema)};\n${grant.onSchema(['USAGE'], schema)}`,
      why: 'the tables are here',
    })),
    ...[...asked].flatMap(([table, facts]) => tableGrants(role, table, facts)),
  ];
}

function tableGrants(
  role: string,
  table: TableJob,
  facts: TableFacts | undefined,
): readonly Grant[] {
  const label = `${table.target.schema}.${table.target.name}, ${table.mode}`;
  const made = grantSql(role).onSchema(['CREATE'], table.target.schema);
  const making = { sql: made, why: `${label}: the run makes the table, and owns it` };
  const loading = [...privileges(role, table, facts), ...around(role, table, facts)];
  if (facts?.exists === true) return loading;
  const creates = table.schemaEvolution !== 'off';
  if (facts !== undefined) return creates ? [making] : loading;
  const sql = loading.map((one) => `${one.sql}  -- ${one.why.replaceAll(/\s+/gu, ' ')}`);
  return [{ sql: eitherWay(table, creates ? made : 'NULL;', sql), why: label }];
}

/** What is right is decided where the SQL runs: the table may be there, or not. */
function eitherWay({ target }: TableJob, absent: string, present: readonly string[]): string {
  const name = quoteTable(target).replaceAll("'", "''");
  const lines = (some: readonly string[]) => some.map((line) => `    ${line}\n`).join('');
  const block = `BEGIN
  IF to_regclass('${name}') IS NULL THEN  -- the run makes the table, and owns it
${lines([absent])}  ELSE
${lines(present)}  END IF;
END`;
  const tag = block.includes('$grants$') ? '$grants_of_table$' : '$grants$';
  return `DO ${tag} ${block} ${tag};`;
}

function privileges(
  role: string,
  table: TableJob,
  facts: TableFacts | undefined,
): readonly Grant[] {
  const { target, mode, rebuildIndexes, schemaEvolution } = table;
  const grant = grantSql(role);
  const marks = markColumns(table.deleteMissing).map((mark) => ({
    sql: `ALTER TABLE ${quoteTable(target)} ADD COLUMN IF NOT EXISTS ${quoteIdentifier(mark)} timestamptz;`,
    why: 'delete_missing: soft marks rows here',
  }));
  const indexes = rebuildIndexes === true;
  if (!indexes && schemaEvolution !== 'create_and_add') {
    const needed = neededPrivileges(table);
    const after = privilegesAfterStop(table);
    const acting = facts?.acting === true ? neededWhereKeysAct(table).own : [];
    const all = [...new Set([...needed, ...acting, ...after])];
    const late = `${after.join(', ')} takes out what a run that was stopped has added`;
    const why = after.length === 0 ? mode : late;
    return [...marks, { sql: grant.onTable(all, target), why }];
  }
  const why = indexes ? 'disable_index drops and makes indexes' : 'create_and_add alters the table';
  const owned = { sql: grant.own(target), why: `${why}; its former owner loses it by that` };
  const creates = { sql: grant.onSchema(['CREATE'], target.schema), why };
  return [...marks, ...(facts?.owned === true ? [] : [owned]), ...(indexes ? [creates] : [])];
}

/** What other objects have to do with the load; only a server knows them. */
function around(role: string, table: TableJob, facts: TableFacts | undefined): readonly Grant[] {
  if (facts === undefined) return [];
  const grant = grantSql(role);
  const { mode, rebuildIndexes } = table;
  const { others } = neededWhereKeysAct(table);
  const name = `${table.target.schema}.${table.target.name}`;
  return [
    ...(facts.owned ? [] : facts.sequences).map((sequence) => ({
      sql: `GRANT SELECT, UPDATE ON SEQUENCE ${sequence} TO ${quoteIdentifier(role)};`,
      why: `its numbers go on behind those that are loaded into ${name}`,
    })),
    ...(rebuildIndexes === true ? facts.referred : []).map((other) => ({
      sql: grant.onTable(['REFERENCES'], other),
      why: `a foreign key of ${name} is made again`,
    })),
    ...(modeTraits[mode].empties ? facts.reached : []).map((other) => ({
      sql: grant.onTable(['TRUNCATE'], other),
      why: `is emptied with ${name}, since a foreign key leads to it`,
    })),
    ...(others.length > 0 ? facts.actingChildren : []).map((other) => ({
      sql: grant.onTable(others, other),
      why: `a foreign key of it acts on rows that go from ${name}`,
    })),
  ];
}
