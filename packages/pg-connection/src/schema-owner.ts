import { SnowmeltError, type ErrorCode } from '@snowmelt/core';

import { quoteName } from './faults/grant-advice.ts';
import type { Ask } from './migrations.ts';

/** Somebody of whom nobody has said that the role may trust them. */
interface Stranger {
  readonly owner: string;
  /** `schema x` or `x.y`. */
  readonly what: string;
}

/**
 * Who owns a table can put triggers on it, and who owns a view its functions: they run as whoever
 * writes or reads there (https://www.postgresql.org/docs/current/sql-createtrigger.html). Trusted are
 * the role itself, the roles it belongs to (membership, since a superuser has the rights of all), the
 * owner of the database, superusers, and those named. Tables that runs gather in (`gathered`) come and
 * go with their runs, and are looked at by nobody else.
 */
const strangerSql = `
WITH RECURSIVE mine AS (
  SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user
  UNION
  SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN mine ON m.member = mine.oid
), owned AS (
  SELECT n.nspowner AS owner, 'schema ' || n.nspname AS what, 0 AS place
  FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
  UNION ALL
  SELECT c.relowner, n.nspname || '.' || c.relname, 1
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname !~ '^(shadow|keys)_[0-9a-f]{32}$'
)
SELECT r.rolname::text AS owner, o.what
FROM owned o JOIN pg_catalog.pg_roles r ON r.oid = o.owner
WHERE NOT r.rolsuper AND r.rolname <> 'pg_database_owner' AND r.oid NOT IN (SELECT oid FROM mine)
  AND r.oid <> (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database())
  AND r.rolname <> ALL ($2::text[])
ORDER BY o.place, o.what
LIMIT 1`;

/** Before anything is read or written in a schema of ours. `trusted`: further roles that may own it. */
export async function refuseStranger(
  ask: Ask,
  { schema, code, trusted = [] }: OwnSchema,
): Promise<void> {
  const [stranger] = await ask<Stranger>(strangerSql, [schema, trusted]);
  if (stranger === undefined) return;
  const { owner, what } = stranger;
  const message = `${what} belongs to role ${owner}, whose triggers and views there would run as this role`;
  const renamed = quoteName(`${schema}_of_${owner}`.slice(0, 63));
  throw new SnowmeltError(code, message, {
    fix: `If ${owner} is a role of yours, set postgres.schema_owners: [${JSON.stringify(owner)}]. Otherwise, as a superuser: ALTER SCHEMA ${schema} RENAME TO ${renamed}; the same command then makes its own.`,
  });
}

export interface OwnSchema {
  readonly schema: string;
  readonly code: ErrorCode;
  readonly trusted?: readonly string[] | undefined;
}
