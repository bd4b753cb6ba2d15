import type { RunPlace } from '../contract/run-summary.ts';
import type { Config } from './schema/config.ts';
import { storedName } from './stored-name.ts';

/** Where the configuration's tables go, whether they are enabled or not. */
export function runPlaces({ sources }: Config): readonly RunPlace[] {
  return sources.map((source) => ({
    sourceName: source.source_name,
    database: storedName(source.target_pg_database),
    schema: storedName(source.target_pg_schema),
  }));
}
