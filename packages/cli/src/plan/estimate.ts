import type { RunSummary, SourcePrice, TableSummary } from '@snowmelt/core';

/** How a table went in an earlier run. */
export interface EarlierTable {
  readonly run: string;
  readonly rows: number;
  readonly seconds: number;
}

/** What earlier runs say of how long tables take. */
export interface Earlier {
  /** By key, of the newest run that completed the table. */
  readonly tables: ReadonlyMap<string, EarlierTable>;
  /** Time of the newest of these runs for one second of its tables: below 1 where they ran side by side. */
  readonly beside: number;
}

export const nothingEarlier: Earlier = { tables: new Map(), beside: 1 };

/** Newest first. What was read in no time, not to its end, or for a first try, tells no rate. */
export function earlierOf(given: readonly RunSummary[]): Earlier {
  const runs = given.filter(({ limit }) => limit === undefined);
  const tables = new Map<string, EarlierTable>();
  for (const run of runs) {
    for (const table of run.tables) {
      const seconds = secondsOf(table);
      if (table.status !== 'completed' || seconds === undefined || tables.has(table.key)) continue;
      tables.set(table.key, { run: run.id, rows: table.rows, seconds });
    }
  }
  const newest = runs.find(({ tables: of }) => of.some(({ status }) => status === 'completed'));
  return { tables, beside: newest === undefined ? 1 : besideOf(newest) };
}

function besideOf(run: RunSummary): number {
  const whole = secondsOf(run);
  const each = run.tables.map(secondsOf);
  const sum = each.reduce((all: number, one) => all + (one ?? 0), 0);
  return whole === undefined || sum === 0 ? 1 : Math.min(1, whole / sum);
}

function secondsOf({
  startedAt,
  completedAt,
}: Pick<TableSummary, 'startedAt' | 'completedAt'>): number | undefined {
  if (startedAt === undefined || completedAt === undefined) return undefined;
  const seconds = (completedAt.getTime() - startedAt.getTime()) / 1000;
  return seconds > 0 ? seconds : undefined;
}

/** At the rate of the earlier run; where the number of rows is not known, as long as it took then. */
export function tableSeconds(
  { rows, seconds }: EarlierTable,
  estimatedRows: number | undefined,
): number {
  return estimatedRows === undefined || rows === 0 ? seconds : (seconds / rows) * estimatedRows;
}

export interface PlanEstimate {
  /** As far as the source's catalog tells them. */
  readonly rows: number;
  readonly bytes: number;
  /** By the rates of earlier runs. Absent: there are none. */
  readonly seconds?: number;
  /** Tables of which no earlier run tells a rate: their time is not in `seconds`. */
  readonly tablesWithoutRate: number;
  /** Of the warehouse's size, as documented. Absent: not known, `price` says why. */
  readonly creditsPerHour?: number;
  /** At most, were a statement running all the time. */
  readonly credits?: number;
  /** What has the price, for people. */
  readonly price?: string;
}

interface Sized {
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  readonly seconds?: number;
}

export function estimatePlan(
  tables: readonly Sized[],
  beside: number,
  price: SourcePrice | undefined,
): PlanEstimate {
  const sum = (of: (table: Sized) => number | undefined): number =>
    tables.reduce((all, table) => all + (of(table) ?? 0), 0);
  const timed = tables.filter(({ seconds }) => seconds !== undefined);
  const seconds = sum((table) => table.seconds) * beside;
  const perHour = price?.creditsPerHour;
  return {
    rows: sum((table) => table.estimatedRows),
    bytes: sum((table) => table.estimatedBytes),
    ...(timed.length === 0 ? {} : { seconds }),
    tablesWithoutRate: tables.length - timed.length,
    ...(perHour === undefined ? {} : { creditsPerHour: perHour }),
    ...(perHour === undefined || timed.length === 0 ? {} : { credits: (perHour * seconds) / 3600 }),
    ...(price === undefined ? {} : { price: price.of }),
  };
}
