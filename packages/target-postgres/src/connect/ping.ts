import type { WorkContext } from '@snowmelt/core';

import type { Databases } from './databases.ts';
import { transaction } from './transaction.ts';

const whoSql = `
SELECT current_user::text AS role, current_database()::text AS database,
       current_setting('server_version') AS version,
       EXISTS (SELECT 1 FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl) AS tls`;

interface Who {
  readonly role: string;
  readonly database: string;
  readonly version: string;
  readonly tls: boolean;
}

/** Who and where, such as `loader at db.example.com:5432, database sales (PostgreSQL 18.4, TLS)`. */
export async function pingDatabase(
  databases: Databases,
  database: string,
  { signal }: WorkContext,
): Promise<string> {
  return transaction(databases, { database, signal, purpose: 'plain' }, async (session) => {
    const [who] = (await session.query<Who>(whoSql)).rows;
    if (who === undefined) throw new Error('PostgreSQL answered with no row');
    const { role, version, tls } = who;
    const server = databases.serverName(database);
    return `${role} at ${server} (PostgreSQL ${version}, ${tls ? 'TLS' : 'no TLS'})`;
  });
}
