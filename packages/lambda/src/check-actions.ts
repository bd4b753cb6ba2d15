import {
  isSnowmeltError,
  resolveTables,
  SnowmeltError,
  statusDatabase,
  targetDatabases,
  unknownSources,
  type Config,
  type TableSelection,
  type WorkContext,
} from '@snowmelt/core';
import { openSource, openTarget } from '@snowmelt/wiring';

import type { ConnectionsBody, ValidateBody } from './answer.ts';

/** The configuration is read by now; this resolves its tables. */
export function validateConfig(config: Config, selection: TableSelection): ValidateBody {
  const jobs = resolveTables(config, selection);
  const sources = [...new Set(jobs.map(({ sourceName }) => sourceName))];
  const warnings = unknownSources(config, selection);
  return {
    status: 'success',
    message: [`The configuration is valid: ${jobs.length} tables.`, ...warnings].join('\n'),
    action: 'validate_config',
    sources,
  };
}

/** Asks Snowflake, every target database and that of the status. Throws with all that fails. */
export async function testConnections(
  config: Config,
  context: WorkContext,
): Promise<ConnectionsBody> {
  await using source = await openSource(config);
  await using target = await openTarget(config, context.log);
  const databases = [...new Set([...targetDatabases(config), statusDatabase(config)])];
  const [snowflake, ...others] = await Promise.allSettled([
    source.ping(context),
    ...databases.map((database) => target.ping(database, context)),
  ]);
  const failures = [snowflake, ...others].flatMap((ping) =>
    ping.status === 'rejected' ? [ping.reason as unknown] : [],
  );
  if (failures.length > 0) throw together(failures);
  return {
    status: 'success',
    message: 'All connections work.',
    action: 'test_connections',
    snowflake: valueOf(snowflake),
    postgres: Object.fromEntries(databases.map((name, at) => [name, valueOf(others[at])])),
  };
}

function valueOf(ping: PromiseSettledResult<string> | undefined): string {
  return ping?.status === 'fulfilled' ? ping.value : '';
}

/** A bug comes before what people can mend. */
function together(failures: readonly unknown[]): unknown {
  const bug = failures.find((failure) => !isSnowmeltError(failure));
  if (bug !== undefined) return bug;
  const errors = failures.filter(isSnowmeltError);
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first;
  const message = errors.map((error) => `${error.code}: ${error.message}`).join('\n');
  const fix = [...new Set(errors.map((error) => error.fix))].join('\n');
  return new SnowmeltError(first.code, message, { cause: first, fix });
}
