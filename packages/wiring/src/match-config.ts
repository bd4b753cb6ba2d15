import {
  hasWildcards,
  matchTables,
  type Config,
  type MatchedConfig,
  type WorkContext,
} from '@snowmelt/core';

import { openSource } from './adapters.ts';

/** The configuration with tables in the place of its wildcards. Without any nothing is asked. */
export async function matchConfig(config: Config, context: WorkContext): Promise<MatchedConfig> {
  if (!hasWildcards(config)) return { config, matches: [] };
  await using source = await openSource(config);
  return await matchTables(config, source, context);
}
