import { randomBytes } from 'node:crypto';

import {
  isSnowmeltError,
  type Examination,
  type Probe,
  type TableRef,
  type WorkContext,
} from '@snowmelt/core';

import { queryRows } from '../result/query-rows.ts';
import { SessionPool } from '../connect/session-pool.ts';
import type { Settings } from '../connect/options.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { textOf, type Bench, type ProbeSpec } from './bench.ts';
import { objectProbes } from './object-probes.ts';
import { valueProbes } from './value-probes.ts';

type Place = Pick<TableRef, 'database' | 'schema'>;

/**
 * Asks the server at hand what no documentation settles. Temporary objects are made in `place`, and
 * removed; no table of it is read. What cannot be asked is a result as well: only a login that fails
 * ends it.
 */
export async function examine(
  settings: Settings,
  place: Place,
  context: WorkContext,
): Promise<Examination> {
  // One session each: temporary objects are seen by their own session only.
  await using pool = new SessionPool({ ...settings, connections: 1 });
  await using idlePool = new SessionPool({ ...withoutWarehouse(settings), connections: 1 });
  const ask = (sql: string) => queryRows(pool, sql, context);
  const server = textOf(await ask(`SELECT CURRENT_VERSION() AS "GOT"`));
  const object = [place.database, place.schema, `SNOWMELT_CHECK_${randomBytes(6).toString('hex')}`];
  const name = object.map((part) => quoteIdentifier(part)).join('.');
  const bench: Bench = {
    ask,
    askIdle: (sql) => queryRows(idlePool, sql, context),
    stage: name,
    table: name,
    wait: (milliseconds) => context.clock.sleep(milliseconds, context.signal),
  };
  const names = await namesToHide(ask, [
    settings.account,
    settings.user,
    settings.role,
    settings.warehouse,
    place.database,
    place.schema,
  ]);
  return { server, probes: await askAll(bench, { names, signal: context.signal }) };
}

/** Whatever the answers: each probe has a result. Only an abort ends it. */
export async function askAll(
  bench: Bench,
  { names, signal }: { readonly names: RegExp | undefined; readonly signal: AbortSignal },
): Promise<readonly Probe[]> {
  const probes: Probe[] = [];
  try {
    for (const spec of [...valueProbes, ...objectProbes]) {
      probes.push(await run(spec, bench, names));
      signal.throwIfAborted();
    }
  } finally {
    await cleanUp(bench);
  }
  return probes;
}

function withoutWarehouse({ warehouse: _warehouse, ...settings }: Settings): Settings {
  return settings;
}

/** As far as an answer may be shown in full; it is a constant's text. */
const shownCharacters = 200;

async function run(spec: ProbeSpec, bench: Bench, names: RegExp | undefined): Promise<Probe> {
  const { name, asks, expected, meaning } = spec;
  const { agrees = (got) => got === expected } = spec;
  try {
    const got = (await spec.ask(bench)).slice(0, shownCharacters);
    return { name, asks, expected, meaning, got, outcome: agrees(got) ? 'expected' : 'different' };
  } catch (error) {
    return { name, asks, expected, meaning, got: why(error, names), outcome: 'unknown' };
  }
}

/** Snowflake's message without the names in it, since it is to be shown to others. */
function why(error: unknown, names: RegExp | undefined): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const code = isSnowmeltError(error) ? `${error.code}: ` : '';
  const text = message.replaceAll(/\s+/gu, ' ').replaceAll(/, query [\w-]+/gu, '');
  return `${code}${names === undefined ? text : text.replaceAll(names, '…')}`.slice(
    0,
    shownCharacters,
  );
}

/** Whatever tells account, user or objects, as it stands in messages. */
export async function namesToHide(
  ask: Bench['ask'],
  configured: readonly (string | undefined)[],
): Promise<RegExp | undefined> {
  const sql = `SELECT CURRENT_ACCOUNT() AS A, CURRENT_USER() AS U, CURRENT_ROLE() AS R, CURRENT_WAREHOUSE() AS W`;
  const rows = await ask(sql).catch(() => []);
  const all = [...configured, ...rows.flatMap((row) => Object.values(row))];
  const words = all.flatMap((word) =>
    typeof word === 'string' ? [word, ...word.split(/[-.]/u)] : [],
  );
  const wanted = [...new Set(words)]
    .filter((word) => word !== '')
    .sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return undefined;
  const escaped = wanted.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/gu, '\\$&'));
  return new RegExp(`(?<![A-Za-z0-9_$])(?:${escaped.join('|')})(?![A-Za-z0-9_$])`, 'giu');
}

/** They would go with the session as well. */
async function cleanUp({ ask, stage, table }: Bench): Promise<void> {
  await ask(`DROP STAGE IF EXISTS ${stage}`).catch(() => undefined);
  await ask(`DROP TABLE IF EXISTS ${table}`).catch(() => undefined);
}
