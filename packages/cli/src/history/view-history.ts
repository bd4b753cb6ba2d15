import type { MergedRows, RunSummary, TableRef, TableSummary } from '@snowmelt/core';

import type {
  AttributedView,
  AttributionView,
  RunStanding,
  RunStatusView,
} from '../status/view-status.ts';

export interface HistoryView {
  /** Newest first. */
  readonly runs: readonly RunOutcome[];
  /** Of two runs, table by table; absent where that was not asked for. */
  readonly compared?: Comparison;
  readonly attribution?: AttributionView;
}

export interface RunOutcome extends Pick<
  RunSummary,
  'id' | 'startedAt' | 'rows' | 'sourceNames' | 'limit'
> {
  readonly state: RunStanding;
  readonly completedAt?: Date;
  /** From its beginning to its end, pauses included. */
  readonly seconds?: number;
  readonly rowsPerSecond?: number;
  readonly bytes: number;
  readonly tables: number;
  readonly completedTables: number;
  readonly failedTables: number;
  readonly resumed: boolean;
  readonly credits?: number;
  readonly attributed?: AttributedView;
  readonly error?: string;
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly tables: readonly ComparedTable[];
}

export interface ComparedTable {
  readonly source: TableRef;
  readonly target: TableRef;
  readonly before?: TableFigures;
  readonly after?: TableFigures;
}

export interface TableFigures {
  readonly status: TableSummary['status'];
  readonly rows: number;
  readonly merged?: MergedRows;
  readonly seconds?: number;
}

export function viewOutcome(run: RunStatusView): RunOutcome {
  const { id, state, startedAt, completedAt, rows, tables, resumed, sourceNames } = run;
  const count = (status: TableSummary['status']): number =>
    tables.filter((table) => table.status === status).length;
  const seconds = secondsOf(run);
  return {
    id,
    state,
    startedAt,
    ...(completedAt === undefined ? {} : { completedAt }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(seconds === undefined || seconds === 0 ? {} : { rowsPerSecond: rows / seconds }),
    rows,
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    tables: tables.length,
    completedTables: count('completed'),
    failedTables: count('failed'),
    resumed,
    sourceNames,
    ...(run.credits === undefined ? {} : { credits: run.credits }),
    ...(run.attributed === undefined ? {} : { attributed: run.attributed }),
    ...(run.limit === undefined ? {} : { limit: run.limit }),
    ...(run.error === undefined ? {} : { error: run.error }),
  };
}

/** Every table that one of them has had, in the order of the later one. */
export function compareRuns(before: RunSummary, after: RunSummary): Comparison {
  const of = (run: RunSummary) => new Map(run.tables.map((table) => [table.key, table]));
  const [earlier, later] = [of(before), of(after)];
  const all = new Map([...later, ...[...earlier].filter(([key]) => !later.has(key))]);
  return {
    before: before.id,
    after: after.id,
    tables: [...all].map(([key, { source, target }]) => ({
      source,
      target,
      ...figures('before', earlier.get(key)),
      ...figures('after', later.get(key)),
    })),
  };
}

function figures<Side extends string>(side: Side, table: TableSummary | undefined) {
  if (table === undefined) return {};
  const { status, rows, merged } = table;
  const seconds = secondsOf(table);
  const known = {
    ...(merged === undefined ? {} : { merged }),
    ...(seconds === undefined ? {} : { seconds }),
  };
  return { [side]: { status, rows, ...known } };
}

function secondsOf({ startedAt, completedAt }: { startedAt?: Date; completedAt?: Date }) {
  return startedAt === undefined || completedAt === undefined
    ? undefined
    : (completedAt.getTime() - startedAt.getTime()) / 1000;
}
