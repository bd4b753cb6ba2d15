import type { Finding, TablePlan } from '@snowmelt/core';

import { schemaRights, type SchemaRights } from '@snowmelt/pg-connection';

import type { Session } from '../connect/transaction.ts';
import { pendingMigrations } from '../ledger/ensure-ledger.ts';
import { grantSql } from '../sql/grant-sql.ts';
import { gathersInSnowmelt, ledgerPrivileges } from '../rights/needed-rights.ts';
import { finding } from '../describe/findings.ts';

/** Rights to make what is not there yet: the ledger, the schema, the table. */
export async function checkCreation(
  session: Session,
  table: TablePlan,
  createsTable: boolean,
): Promise<readonly Finding[]> {
  return [
    ...(await ledgerRights(session, table)),
    ...(createsTable
      ? tableRights(await schemaRights(session.rows, table.target.schema), table)
      : []),
  ];
}

async function ledgerRights(session: Session, table: TablePlan): Promise<readonly Finding[]> {
  const place = await schemaRights(session.rows, 'snowmelt');
  const grant = grantSql(place.role);
  if (place.may_create === null) {
    if (place.may_create_schemas) return [];
    const message = `role ${place.role} may not create the schema snowmelt, where the ledger is kept`;
    return [lacks(message, grant.newSchema('snowmelt'))];
  }
  if (place.may_use === false) {
    const message = `role ${place.role} may not use the schema snowmelt, where the ledger is kept`;
    return [lacks(message, grant.onSchema(['USAGE', 'CREATE'], 'snowmelt'))];
  }
  return writeRights(session, table, place);
}

interface LedgerTable {
  readonly name: string;
  readonly writes: boolean;
  readonly owned: boolean;
}

/** All but what is gathered for runs. Views are made anew with the ledger, and only read. */
const ledgerSql = `
SELECT c.relname::text AS name, pg_has_role(c.relowner, 'USAGE') AS owned,
       (SELECT bool_and(has_table_privilege(c.oid, p)) FROM unnest($1::text[]) p
        WHERE c.relkind = 'r' OR p = 'SELECT') AS writes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'snowmelt' AND c.relkind IN ('r', 'v')
  AND c.relname !~ '^(shadow|keys)_[0-9a-f]{32}$'`;

async function writeRights(
  session: Session,
  table: TablePlan,
  { role, may_create }: SchemaRights,
): Promise<readonly Finding[]> {
  const grant = grantSql(role);
  const tables = (await session.query<LedgerTable & object>(ledgerSql, [ledgerPrivileges])).rows;
  const unwritten = tables.filter(({ writes }) => !writes);
  if (unwritten.length > 0) {
    const names = unwritten.map(({ name }) => name).join(', ');
    const message = `role ${role} may not read and write the ledger in the schema snowmelt: ${names}`;
    return [lacks(message, grant.onLedger(ledgerPrivileges))];
  }
  const pending = await pendingMigrations(session);
  const foreign = pending.length === 0 ? [] : tables.filter(({ owned }) => !owned);
  const creates = pending.length > 0 || gathersInSnowmelt(table);
  const what = pending.length > 0 ? 'the ledger is kept' : 'rows and keys are gathered';
  const names = foreign.map(({ name }) => grant.own({ schema: 'snowmelt', name }));
  return [
    ...(creates && may_create === false
      ? [
          lacks(
            `role ${role} may not create tables in the schema snowmelt, where ${what}`,
            grant.onSchema(['CREATE'], 'snowmelt'),
          ),
        ]
      : []),
    ...(foreign.length > 0
      ? [
          lacks(
            `the ledger in the schema snowmelt is of an earlier version, and role ${role} does not own its tables`,
            names.join(' '),
          ),
        ]
      : []),
  ];
}

function tableRights(place: SchemaRights, { target }: TablePlan): readonly Finding[] {
  const { role, may_create_schemas, may_use, may_create } = place;
  const grant = grantSql(role);
  const label = `${target.schema}.${target.name}`;
  if (may_create === null) {
    if (may_create_schemas) return [];
    const message = `role ${role} may not create the schema of ${label}`;
    return [lacks(message, grant.newSchema(target.schema))];
  }
  if (may_use === true && may_create) return [];
  const message = `role ${role} may not create the table ${label}`;
  return [lacks(message, grant.onSchema(['USAGE', 'CREATE'], target.schema))];
}

function lacks(message: string, statement: string): Finding {
  return finding('error', 'TARGET.PRIVILEGE', { message, fix: `As their owner: ${statement}` });
}
