import type { Grant, GrantsRequest, TableJob, TableSchema } from '@snowmelt/core';

import { quoteIdentifier, quoteTable } from '../sql/quote.ts';
import { splitStage } from '../unload/stage.ts';

export interface GrantScene {
  readonly user: string | undefined;
  readonly warehouse: string | undefined;
  /** Absent: the server was not asked. */
  readonly describe?: (table: TableJob) => Promise<TableSchema>;
}

/**
 * The least that a role needs to read these tables
 * (docs.snowflake.com/en/user-guide/security-access-control-privileges).
 */
export async function sourceGrants(
  { role, tables }: GrantsRequest,
  { user, warehouse, describe }: GrantScene,
): Promise<readonly Grant[]> {
  const to = `TO ROLE ${loginName(role)};`;
  const grants: Grant[] = [];
  if (warehouse !== undefined) {
    const sql = `GRANT USAGE ON WAREHOUSE ${loginName(warehouse)} ${to}`;
    grants.push({ sql, why: 'runs the statements' });
  }
  for (const table of tables) {
    const kind = table.wildcard?.open === true ? undefined : (await describe?.(table))?.kind;
    const read = table.wildcard === undefined ? reading(table, kind, to) : readingAll(table, to);
    grants.push(...places(table, to), ...read, ...unloading(table, to));
  }
  if (user !== undefined) {
    const sql = `GRANT ROLE ${loginName(role)} TO USER ${loginName(user)};`;
    grants.push({ sql, why: 'logs in with this role' });
  }
  grants.push({ ...usageGrant(loginName(role)), optional: true });
  return [...new Map(grants.map((grant) => [grant.sql, grant])).values()];
}

/**
 * USAGE_VIEWER is one of the two database roles that may read the attribution of credits, and the one
 * that shows no texts of statements, as GOVERNANCE_VIEWER does
 * (https://docs.snowflake.com/en/sql-reference/snowflake-db-roles).
 */
function usageGrant(role: string): Grant {
  return {
    sql: `GRANT DATABASE ROLE SNOWFLAKE.USAGE_VIEWER TO ROLE ${role};`,
    why: 'for status and history --attributed, which tell what Snowflake attributes to a run; by ACCOUNTADMIN, since it shows what all of the account has used',
  };
}

/** To the role of that name, as Snowflake has it stored. */
export function usageGrantTo(stored: string): Grant {
  return usageGrant(/^[A-Z_][A-Z0-9_$]*$/u.test(stored) ? stored : quoteIdentifier(stored));
}

function places({ source }: TableJob, to: string): readonly Grant[] {
  const database = quoteIdentifier(source.database);
  const why = 'the tables are here';
  return [
    {
      sql: `GRANT USAGE ON DATABASE ${database} ${to}`,
      why: `${why}; of a database made of a share: GRANT IMPORTED PRIVILEGES instead`,
    },
    {
      sql: `GRANT USAGE ON SCHEMA ${database}.${quoteIdentifier(source.schema)} ${to}`,
      why,
    },
  ];
}

/** Policies of rows and columns hold for the role: what it may not see is not moved. */
function reading(
  { source, changes }: TableJob,
  kind: TableSchema['kind'] | undefined,
  to: string,
): readonly Grant[] {
  const name = quoteTable(source);
  const words = { table: 'TABLE', view: 'VIEW', external: 'EXTERNAL TABLE', other: 'TABLE' };
  const tracking = {
    sql: `ALTER TABLE ${name} SET CHANGE_TRACKING = TRUE;`,
    why: 'changes: cdc; by the owner, once, and nothing to do where it is on already',
  };
  return [
    {
      sql: `GRANT SELECT ON ${words[kind ?? 'table']} ${name} ${to}`,
      why:
        kind === undefined
          ? 'is read; of a view: ON VIEW. Row access and masking policies hold for the role'
          : 'is read; row access and masking policies hold for the role',
    },
    ...(changes === true ? [tracking] : []),
  ];
}

/** A wildcard finds what the role may see: also what is made later. */
function readingAll({ source, wildcard }: TableJob, to: string): readonly Grant[] {
  const schema = `SCHEMA ${[source.database, source.schema].map(quoteIdentifier).join('.')}`;
  return [
    {
      sql: `GRANT SELECT ON ALL TABLES IN ${schema} ${to}`,
      why: `${wildcard?.pattern ?? '*'} finds what the role may see; of views: ON ALL VIEWS`,
    },
    {
      sql: `GRANT SELECT ON FUTURE TABLES IN ${schema} ${to}`,
      why: 'also of tables that are made later; of views: ON FUTURE VIEWS',
    },
  ];
}

function unloading({ source, read }: TableJob, to: string): readonly Grant[] {
  if (read.extract === 'query') return [];
  const optional = read.extract === 'auto' ? '; without it tables are read by query' : '';
  if (read.stage === undefined) {
    const schema = [source.database, source.schema].map(quoteIdentifier).join('.');
    const why = `a run unloads into a stage of its own, and drops it${optional}`;
    return [{ sql: `GRANT CREATE STAGE ON SCHEMA ${schema} ${to}`, why }];
  }
  const stage = splitStage(read.stage).stage.slice(1);
  // The stages of a user and of a table are nobody's to grant.
  if (/^[~%]/u.test(stage)) return [];
  const [, database, schema] = qualified.exec(stage) ?? [];
  return [
    ...(database === undefined || schema === undefined
      ? []
      : [
          { sql: `GRANT USAGE ON DATABASE ${database} ${to}`, why: 'the stage is here' },
          { sql: `GRANT USAGE ON SCHEMA ${database}.${schema} ${to}`, why: 'the stage is here' },
        ]),
    {
      sql: `GRANT READ, WRITE ON STAGE ${stage} ${to}`,
      why: `files of unloads go here${optional}; of an external stage: GRANT USAGE instead`,
    },
  ];
}

/** Database and schema before a stage's name, as people have written them. */
const qualified = /^("(?:[^"]|"")*"|[^."]+)\.("(?:[^"]|"")*"|[^."]+)\../u;

/**
 * As a login takes it: folded where it is no quoted name, so that it is the same role
 * (docs.snowflake.com/en/sql-reference/identifiers-syntax).
 */
function loginName(name: string): string {
  return /^(?:[A-Za-z_][\w$]*|"(?:[^"]|"")+")$/u.test(name) ? name : quoteIdentifier(name);
}
