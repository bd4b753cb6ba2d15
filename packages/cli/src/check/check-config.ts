import {
  isSnowmeltError,
  statusDatabase,
  type Config,
  type Finding,
  type TableJob,
} from '@snowmelt/core';

import { viewFailure, type FailureView } from '../failure/show-failure.ts';
import { findingsOf, planTables, type PlannedTable } from '../plan/plan-tables.ts';
import type { Sides } from '../plan/open-sides.ts';

/** One thing that was looked at. */
export interface Check {
  /** `snowflake`, `postgres DATABASE` or a table's key. */
  readonly name: string;
  readonly ok: boolean;
  /** Who and where, for a connection. */
  readonly detail?: string;
  readonly findings: readonly Finding[];
  readonly error?: FailureView;
}

export interface CheckView {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Connections first; the tables only where all of them are there. */
export async function checkConfig(
  config: Config,
  jobs: readonly TableJob[],
  sides: Sides,
): Promise<CheckView> {
  const connections = await Promise.all([
    checkConnection('snowflake', () => sides.source.ping(sides.context)),
    ...databasesOf(config, jobs).map((database) =>
      checkConnection(`postgres ${database}`, () => sides.target.ping(database, sides.context)),
    ),
  ]);
  sides.context.signal.throwIfAborted();
  const connected = connections.every(({ ok }) => ok);
  const tables = connected ? await planTables(jobs, { ...sides, countChunks: false }) : [];
  const checks = [...connections, ...tables.map(checkTable)];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function databasesOf(config: Config, jobs: readonly TableJob[]): readonly string[] {
  return [...new Set([statusDatabase(config), ...jobs.map(({ target }) => target.database)])];
}

async function checkConnection(name: string, ping: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await ping(), findings: [] };
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return failed(name, error);
  }
}

function checkTable(table: PlannedTable): Check {
  const name = table.job.key;
  if (table.error !== undefined) return failed(name, table.error);
  const findings = findingsOf(table);
  return { name, ok: findings.every(({ severity }) => severity !== 'error'), findings };
}

function failed(name: string, error: unknown): Check {
  const failure = viewFailure(error, 'snowmelt');
  return { name, ok: false, findings: [], ...(failure === undefined ? {} : { error: failure }) };
}
