import { statusDatabase, targetDatabases, type Config, type ConnectionNeed } from '@snowmelt/core';

/** Of the status database for what is asked and written, beside the one that holds the run. */
const ofStatus = 2;
/** For looks at the other connections: who blocks them, whether they are at work. */
const beside = 1;

/** Connections at most, as the adapters are made with them. */
export interface Connections {
  /** Sessions: of the chunks in flight, and two for describing and planning. */
  readonly snowflake: number;
  /** To each target database: of the chunks in flight, and one for all else. */
  readonly target: number;
  readonly status: number;
}

export function connectionsOf({ parallel_threads: threads }: Config): Connections {
  return { snowflake: threads + 2, target: threads + 1, status: ofStatus };
}

/** What a command takes of PostgreSQL at most. Everything that opens connections counts here. */
export function connectionNeed(config: Config): ConnectionNeed {
  const { target, status } = connectionsOf(config);
  const databases = new Map([[statusDatabase(config), status + 1]]);
  for (const name of targetDatabases(config)) {
    databases.set(name, (databases.get(name) ?? 0) + target);
  }
  return {
    databases: Object.fromEntries(databases),
    beside,
    // One that holds the run, two of its status, one of each target: all others are waited for.
    least: ofStatus + 1 + targetDatabases(config).length,
    parallelThreads: config.parallel_threads,
  };
}

/** In all. */
export function connectionTotal({ databases, beside: besides = 0 }: ConnectionNeed): number {
  return Object.values(databases).reduce((sum, count) => sum + count, besides);
}
