import type {
  Diagnosis,
  LoadedSpan,
  ChunkCell,
  RunActivity,
  RunId,
  RunLife,
  RunSummary,
  StatusStore,
  Trouble,
} from '@snowmelt/core';

/** What the page asks for; as JSON, in which times are texts. */
export interface RunsAnswer {
  readonly runs: readonly ListedRun[];
}

export interface ListedRun extends Pick<
  RunSummary,
  'id' | 'status' | 'startedAt' | 'completedAt' | 'rows' | 'sourceNames' | 'limit'
> {
  readonly life?: RunLife;
  readonly tables: number;
  readonly tablesDone: number;
}

export interface RunAnswer extends RunActivity {
  readonly throughput: readonly LoadedSpan[];
}

export interface TroublesAnswer {
  readonly troubles: readonly Trouble[];
}

export interface ChunksAnswer {
  readonly cells: readonly ChunkCell[];
  /** Of the table. */
  readonly throughput: readonly LoadedSpan[];
}

const runsListed = 50;
const spans = 60;
/** As many as are told apart on a screen. */
const cellsAtMost = 2400;

export interface Answers {
  runs(): Promise<RunsAnswer>;
  run(id: RunId): Promise<RunAnswer>;
  chunks(id: RunId, table: string): Promise<ChunksAnswer>;
  troubles(): Promise<TroublesAnswer>;
}

/**
 * However many look on, the databases are asked once in that time, and what is under way is shared: a
 * page must be no load on a run.
 */
export function createAnswers(status: StatusStore, diagnose: () => Promise<Diagnosis>): Answers {
  const { observes } = status;
  if (observes === undefined) throw new TypeError('this status store can not be looked at');
  const remember = createMemory();
  return {
    runs: () =>
      remember('runs', 2900, async () => {
        const runs = await status.runs(runsListed);
        const lives = await status.runLives?.(runs.map(({ id }) => id));
        return { runs: runs.map((run) => listed(run, lives?.get(run.id))) };
      }),
    run: (id) =>
      remember(`run ${id}`, 400, async () => {
        const activity = await observes.activityOf(id);
        const throughput = await remember(`throughput ${id}`, 2900, () =>
          observes.throughput(activity.run.id, spans),
        );
        return { ...activity, throughput };
      }),
    chunks: (id, table) =>
      remember(`chunks ${id} ${table}`, 1900, async () => {
        const [cells, throughput] = await Promise.all([
          observes.chunkMap(id, table, cellsAtMost),
          remember(`throughput ${id} ${table}`, 4900, () => observes.throughput(id, spans, table)),
        ]);
        return { cells, throughput };
      }),
    troubles: () =>
      remember('troubles', 4900, async () => ({ troubles: (await diagnose()).troubles })),
  };
}

function listed(run: RunSummary, life: RunLife | undefined): ListedRun {
  const { id, status, startedAt, completedAt, rows, sourceNames, tables, limit } = run;
  const done = tables.filter((table) => ['completed', 'skipped'].includes(table.status)).length;
  return {
    id,
    status,
    startedAt,
    rows,
    sourceNames,
    tables: tables.length,
    tablesDone: done,
    ...(completedAt === undefined ? {} : { completedAt }),
    ...(limit === undefined ? {} : { limit }),
    ...(life === undefined ? {} : { life }),
  };
}

interface Remembered {
  readonly until: number;
  readonly answer: Promise<unknown>;
}

function createMemory() {
  const memory = new Map<string, Remembered>();
  return <T>(key: string, milliseconds: number, ask: () => Promise<T>): Promise<T> => {
    const now = performance.now();
    for (const [old, { until }] of memory) if (until < now) memory.delete(old);
    const known = memory.get(key);
    if (known !== undefined) return known.answer as Promise<T>;
    const answer = ask();
    memory.set(key, { until: now + milliseconds, answer });
    answer.catch(() => memory.delete(key));
    return answer;
  };
}
