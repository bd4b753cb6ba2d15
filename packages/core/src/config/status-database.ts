import type { Config } from './schema/config.ts';
import { storedName } from './stored-name.ts';

/** `status_tracking_database`, or the first target database that is in use. */
export function statusDatabase(config: Config): string {
  const first = config.sources.find(({ enabled }) => enabled) ?? config.sources[0];
  const name = config.status_tracking_database ?? first?.target_pg_database;
  return storedName(name ?? config.postgres.database ?? 'postgres');
}
