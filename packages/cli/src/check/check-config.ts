import {
  isSnowmeltError,
  statusDatabase,
  type Config,
  type Finding,
  type StatusStore,
  type TableJob,
  type TableRef,
} from '@snowmelt/core';

import { viewFailure, type FailureView } from '../failure/show-failure.ts';
import { findingsOf, planTables, type PlannedTable } from '../plan/plan-tables.ts';
import type { Sides } from '../plan/open-sides.ts';
import { connectionNeed } from '@snowmelt/wiring';

/** One thing that was looked at. */
export interface Check {
  /** `snowflake`, `postgres DATABASE` or a table's key. */
  readonly name: string;
  readonly ok: boolean;
  /** Who and where, for a connection. */
  readonly detail?: string;
  readonly findings: readonly Finding[];
  readonly error?: FailureView;
  /** Of a table: where its rows come from and go to. */
  readonly source?: TableRef;
  readonly target?: TableRef;
}

export interface CheckView {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/** Connections first; the tables only where all of them are there. */
export async function checkConfig(
  config: Config,
  jobs: readonly TableJob[],
  sides: Sides & { readonly status?: StatusStore },
): Promise<CheckView> {
  const { source, target, status, context } = sides;
  const statusFindings = () => status?.check?.(connectionNeed(config)) ?? [];
  const connections = await Promise.all([
    checkConnection('snowflake', { ping: () => source.ping(context) }),
    ...databasesOf(config, jobs).map((database) =>
      checkConnection(`postgres ${database}`, {
        ping: () => target.ping(database, context),
        ...(database === statusDatabase(config) ? { findings: statusFindings } : {}),
      }),
    ),
  ]);
  sides.context.signal.throwIfAborted();
  const connected = connections.every(({ ok }) => ok);
  const tables = connected ? await planTables(jobs, { ...sides, whole: false }) : [];
  const checks = [...connections, ...tables.map(checkTable)];
  return { ok: checks.every(({ ok }) => ok), checks };
}

function databasesOf(config: Config, jobs: readonly TableJob[]): readonly string[] {
  return [...new Set([statusDatabase(config), ...jobs.map(({ target }) => target.database)])];
}

interface Connection {
  readonly ping: () => Promise<string>;
  readonly findings?: () => Promise<readonly Finding[]> | readonly Finding[];
}

async function checkConnection(
  name: string,
  { ping, findings: find = () => [] }: Connection,
): Promise<Check> {
  try {
    const detail = await ping();
    const findings = await find();
    const ok = findings.every(({ severity }) => severity !== 'error');
    return { name, ok, detail, findings };
  } catch (error) {
    if (!isSnowmeltError(error)) throw error;
    return failed(name, error);
  }
}

function checkTable(table: PlannedTable): Check {
  const { key: name, source, target } = table.job;
  if (table.error !== undefined) return { ...failed(name, table.error), source, target };
  const findings = findingsOf(table);
  const ok = findings.every(({ severity }) => severity !== 'error');
  return { name, ok, findings, source, target };
}

function failed(name: string, error: unknown): Check {
  const failure = viewFailure(error, 'snowmelt');
  return { name, ok: false, findings: [], ...(failure === undefined ? {} : { error: failure }) };
}
