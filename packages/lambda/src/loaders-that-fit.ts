import type { Config, ConnectionNeed, StatusStore } from '@snowmelt/core';
import { connectionNeed } from '@snowmelt/wiring';

/**
 * How many invocations may load at one time: at most `most`, and no more than PostgreSQL has connections
 * for, by its limits of server, databases and role.
 */
export async function loadersThatFit(
  config: Config,
  status: Pick<StatusStore, 'check'>,
  most: number,
): Promise<number> {
  let loaders = most;
  while (loaders > 1 && !(await fit(times(connectionNeed(config), loaders), status))) {
    loaders = Math.floor(loaders / 2);
  }
  return loaders;
}

/** Whatever else it finds is told by the check of connections before. */
async function fit(need: ConnectionNeed, status: Pick<StatusStore, 'check'>): Promise<boolean> {
  const findings = (await status.check?.(need)) ?? [];
  return findings.every(({ code }) => code !== 'TARGET.RESOURCES');
}

function times({ least, databases, parallelThreads }: ConnectionNeed, n: number): ConnectionNeed {
  const each = Object.entries(databases).map(([name, count]) => [name, count * n]);
  return { least: least * n, databases: Object.fromEntries(each), parallelThreads };
}
