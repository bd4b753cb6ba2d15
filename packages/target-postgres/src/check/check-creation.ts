import type { Finding, TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { finding } from './findings.ts';

interface CreationFacts {
  readonly role: string;
  readonly database: string;
  readonly may_create_schemas: boolean;
  /** null: there is no such schema. */
  readonly may_create_in_schema: boolean | null;
  readonly ledger_schema: boolean;
  /** null: there is no ledger yet. */
  readonly may_write_ledger: boolean | null;
}

const factsSql = `
SELECT current_user::text AS role, current_database()::text AS database,
       has_database_privilege(current_database(), 'CREATE') AS may_create_schemas,
       (SELECT has_schema_privilege(n.oid, 'CREATE')
        FROM pg_catalog.pg_namespace n WHERE n.nspname = $1) AS may_create_in_schema,
       EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = 'snowmelt') AS ledger_schema,
       (SELECT bool_and(has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                        AND has_table_privilege(c.oid, 'UPDATE'))
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'snowmelt' AND c.relname IN ('table_ledger', 'chunk_ledger', 'index_ledger')
       ) AS may_write_ledger`;

/** Rights to make what is not there yet: the ledger, the schema, the table. */
export async function checkCreation(
  session: Session,
  table: TablePlan,
  createsTable: boolean,
): Promise<readonly Finding[]> {
  const { schema } = table.target;
  const [facts] = (await session.query<CreationFacts>(factsSql, [schema])).rows;
  if (facts === undefined) return [];
  return [...ledgerRights(facts), ...(createsTable ? tableRights(facts, table) : [])];
}

function ledgerRights(facts: CreationFacts): readonly Finding[] {
  const { role, database } = facts;
  if (!facts.ledger_schema && !facts.may_create_schemas) {
    return [
      finding('error', 'TARGET.PRIVILEGE', {
        message: `role ${role} may not create the schema snowmelt, where the ledger is kept`,
        fix: `GRANT CREATE ON DATABASE ${database} TO ${role}, or apply sql/target/*.sql as another role.`,
      }),
    ];
  }
  if (facts.may_write_ledger !== false) return [];
  return [
    finding('error', 'TARGET.PRIVILEGE', {
      message: `role ${role} may not write the ledger in the schema snowmelt`,
      fix: `GRANT USAGE ON SCHEMA snowmelt, and ALL ON ALL TABLES IN SCHEMA snowmelt, TO ${role}.`,
    }),
  ];
}

function tableRights(facts: CreationFacts, { target }: TablePlan): readonly Finding[] {
  const { role, database } = facts;
  const allowed = facts.may_create_in_schema ?? facts.may_create_schemas;
  if (allowed) return [];
  const place =
    facts.may_create_in_schema === null ? `DATABASE ${database}` : `SCHEMA ${target.schema}`;
  return [
    finding('error', 'TARGET.PRIVILEGE', {
      message: `role ${role} may not create table ${target.schema}.${target.name}`,
      fix: `GRANT CREATE ON ${place} TO ${role}, or create the table beforehand.`,
    }),
  ];
}
