import type { ConnectionNeed, Finding } from '@snowmelt/core';

import { quoteName, type Session } from '@snowmelt/pg-connection';

/** -1: no limit. */
interface Limits {
  readonly role: string;
  readonly superuser: boolean;
  readonly role_limit: number;
  readonly role_others: number;
  readonly server_limit: number;
  readonly server_others: number;
}

/**
 * Sessions of Snowmelt's own are those of this check; superuser_reserved_connections are for
 * superusers, reserved_connections (16 and later) for members of pg_use_reserved_connections
 * (PostgreSQL documentation, "Connection Settings"). Limits of role and database don't bind a
 * superuser.
 */
const limitsSql = `
WITH others AS (
  SELECT usesysid FROM pg_catalog.pg_stat_activity
  WHERE datid IS NOT NULL
    AND NOT (usesysid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
             AND application_name LIKE 'snowmelt%')
)
SELECT rolname::text AS role, rolsuper AS superuser, rolconnlimit AS role_limit,
       (SELECT count(*)::int FROM others WHERE usesysid = r.oid) AS role_others,
       current_setting('max_connections')::int
         - CASE WHEN rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
             + coalesce(current_setting('reserved_connections', true)::int, 0) END AS server_limit,
       (SELECT count(*)::int FROM others) AS server_others
FROM pg_catalog.pg_roles r WHERE rolname = current_user`;

interface DatabaseLimit {
  readonly name: string;
  readonly connections: number;
  readonly others: number;
}

const databasesSql = `
SELECT d.datname::text AS name, d.datconnlimit AS connections,
       (SELECT count(*)::int FROM pg_catalog.pg_stat_activity a
        WHERE a.datid = d.oid AND a.application_name NOT LIKE 'snowmelt%') AS others
FROM pg_catalog.pg_database d WHERE d.datname = ANY ($1::text[])`;

interface Bound {
  readonly what: string;
  readonly limit: number;
  readonly others: number;
  readonly need: number;
  readonly raise: string;
  /** What else makes it so. */
  readonly after?: string;
}

/** Whether a run gets the connections that it takes: of the role, each database and the server. */
export async function checkConnections(
  session: Session,
  need: ConnectionNeed,
): Promise<readonly Finding[]> {
  const [limits] = await session.rows<Limits>(limitsSql);
  if (limits === undefined) return [];
  const databases = await session.rows<DatabaseLimit>(databasesSql, [Object.keys(need.databases)]);
  const { beside = 0 } = need;
  const total = Object.values(need.databases).reduce((sum, count) => sum + count, beside);
  const { role, superuser } = limits;
  const ofRole = { limit: limits.role_limit, others: limits.role_others, need: total };
  const ofServer = { limit: limits.server_limit, others: limits.server_others, need: total };
  const bounds: readonly Bound[] = [
    { what: `role ${role}`, raise: `ALTER ROLE ${quoteName(role)} CONNECTION LIMIT`, ...ofRole },
    ...databases.map(({ name, connections, others }) => ({
      what: `database ${name}`,
      limit: connections,
      others,
      need: (need.databases[name] ?? 0) + beside,
      raise: `ALTER DATABASE ${quoteName(name)} CONNECTION LIMIT`,
    })),
  ];
  const server = {
    what: 'the server',
    raise: 'ALTER SYSTEM SET max_connections =',
    ...ofServer,
    after: ' and restart the server;',
  };
  return [...(superuser ? [] : bounds), server].flatMap((bound) => findingOf(bound, need));
}

function findingOf(bound: Bound, { parallelThreads, least }: ConnectionNeed): readonly Finding[] {
  const { what, limit, others, need, raise, after = '' } = bound;
  if (limit < 0 || limit >= need + others) return [];
  const severity = limit < least ? 'error' : 'warning';
  const taken = others === 0 ? '' : `, of which ${others} are taken`;
  const most = parallelThreads - (need - limit);
  const lower = most < 1 ? '' : ` or set parallel_threads: ${most}.`;
  return [
    {
      code: 'TARGET.RESOURCES',
      severity,
      message: `a run takes ${need} connections, and waits where there are fewer; ${what} has ${limit}${taken}`,
      fix:
        limit < need
          ? `${raise} ${need + others};${after}${lower}`
          : `End sessions that nobody needs, or: ${raise} ${need + others};${after}`,
    },
  ];
}
