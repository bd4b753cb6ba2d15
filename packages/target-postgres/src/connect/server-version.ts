import type { Databases } from './databases.ts';
import type { Session } from './transaction.ts';

const known = new WeakMap<Databases, Map<string, number>>();

/** Such as `180004`; asked once a database. */
export async function serverVersion(
  databases: Databases,
  database: string,
  session: Session,
): Promise<number> {
  const versions = known.get(databases) ?? new Map<string, number>();
  known.set(databases, versions);
  const before = versions.get(database);
  if (before !== undefined) return before;
  const { rows } = await session.query<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  );
  const version = rows[0]?.version ?? 0;
  versions.set(database, version);
  return version;
}
