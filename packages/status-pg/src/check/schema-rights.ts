import type { Finding, Grant, GrantsRequest } from '@snowmelt/core';

import { quoteName, schemaRights, type SchemaRights, type Session } from '@snowmelt/pg-connection';

import type { Database } from '../connect/database.ts';
import { pendingMigrations } from '../migrate/migrate.ts';

interface StatusTable {
  readonly name: string;
  readonly kind: 'TABLE' | 'VIEW';
  readonly owned: boolean;
  readonly writes: boolean;
  readonly owner: string;
}

/** Views as well: an upgrade replaces them. */
const tablesSql = `
SELECT c.relname::text AS name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind,
       pg_has_role(c.relowner, 'USAGE') AS owned, pg_get_userbyid(c.relowner)::text AS owner,
       c.relkind = 'v' OR (has_table_privilege(c.oid, 'SELECT') AND (
         c.relname = 'schema_migrations' OR has_table_privilege(c.oid, 'INSERT')
         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS writes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'migration_status' AND c.relkind IN ('r', 'v')
ORDER BY c.relkind, c.relname`;

const placed = (session: Session): Promise<SchemaRights> =>
  schemaRights(session.rows, 'migration_status');

/** Whether the role may bring the schema up to date, and write down what runs do. */
export async function checkSchemaRights(session: Session): Promise<readonly Finding[]> {
  const { role, may_create_schemas, may_use, may_create } = await placed(session);
  const to = quoteName(role);
  if (may_use === null) {
    if (may_create_schemas) return [];
    return [lacks(`role ${role} may not create the schema migration_status`, newSchema(to))];
  }
  if (!may_use) {
    return [lacks(`role ${role} may not use the schema migration_status`, usageSql(to))];
  }
  const tables = await session.rows<StatusTable>(tablesSql);
  const unwritten = tables.filter(({ writes }) => !writes).map(({ name }) => name);
  if (unwritten.length > 0) {
    const message = `role ${role} may not read and write ${unwritten.join(', ')} in the schema migration_status`;
    return [lacks(message, tableRights(to))];
  }
  if ((await pendingMigrations(session)).length === 0) return [];
  const foreign = tables.filter(({ owned }) => !owned);
  const upgrade = 'is to be brought up to date';
  return [
    ...(may_create === true
      ? []
      : [
          lacks(
            `the schema migration_status ${upgrade}, role ${role} lacks CREATE on it`,
            usageSql(to),
          ),
        ]),
    ...(foreign.length === 0
      ? []
      : [
          lacks(
            `the schema migration_status ${upgrade}, and role ${role} does not own ${foreign.map(({ name }) => name).join(', ')}`,
            foreign.map((table) => owning(table, to)).join(' '),
          ),
        ]),
  ];
}

/** What a role needs in the status database; of tables that are there, if the server is asked. */
export async function statusGrants(
  database: Database,
  { role, ask, database: name }: Pick<GrantsRequest, 'role' | 'ask'> & { database: string },
): Promise<readonly Grant[]> {
  const to = quoteName(role);
  const asked = ask ? await database.run(readForeign) : { tables: [], pending: false };
  const foreign = asked.tables.filter(({ owner }) => owner !== role);
  return [
    { sql: `GRANT CONNECT ON DATABASE ${quoteName(name)} TO ${to};`, why: 'to log in' },
    { sql: newSchema(to), why: 'tables of runs, their tables and chunks are made here' },
    {
      sql: tableRights(to),
      why: 'tables that another role has made; those of the earlier tool, or of an earlier version, have to be its own',
    },
    ...(asked.pending ? foreign : []).map((table) => ({
      sql: owning(table, to),
      why: `it is to be brought up to date, and ${table.owner} loses it by that`,
    })),
  ];
}

async function readForeign(session: Session) {
  const { may_use } = await placed(session);
  const tables = await session.rows<StatusTable>(tablesSql);
  const readable = may_use === true && tables.every(({ writes }) => writes);
  const pending = !readable || (await pendingMigrations(session)).length > 0;
  return { tables, pending };
}

const newSchema = (to: string): string =>
  `CREATE SCHEMA IF NOT EXISTS migration_status; ${usageSql(to)}`;

const usageSql = (to: string): string => `GRANT USAGE, CREATE ON SCHEMA migration_status TO ${to};`;

const tableRights = (to: string): string =>
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA migration_status TO ${to};`;

const owning = ({ kind, name }: StatusTable, to: string): string =>
  `ALTER ${kind} migration_status.${quoteName(name)} OWNER TO ${to};`;

function lacks(message: string, statement: string): Finding {
  const fix = `As their owner: ${statement}`;
  return { severity: 'error', code: 'STATUS.SCHEMA', message, fix };
}
