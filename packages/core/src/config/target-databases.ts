import type { Config } from './schema/config.ts';
import { storedName } from './stored-name.ts';

/** Every target database that the file names, also of tables that are switched off. */
export function targetDatabases(config: Config): readonly string[] {
  return [...new Set(config.sources.map((source) => storedName(source.target_pg_database)))];
}
