import type { RestoreWork } from './restore-work.ts';

const intervalMs = 5000;

interface ProgressRow {
  readonly pid: number;
  readonly phase: string;
  readonly blocks_done: string;
  readonly blocks_total: string;
  readonly tuples_done: string;
  readonly tuples_total: string;
}

const progressSql = `
SELECT pid, phase, blocks_done, blocks_total, tuples_done, tuples_total
FROM pg_catalog.pg_stat_progress_create_index WHERE pid = ANY ($1)`;

/**
 * Logs `index_progress` every five seconds for each build under way (`builds`: server process →
 * index name), from a connection of its own until it is disposed. A failure here stops no build.
 */
export function watchBuilds(
  work: RestoreWork,
  builds: ReadonlyMap<number, string>,
): AsyncDisposable {
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, work.context.signal]);
  const watching = watch(work, builds, signal).catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      done.abort();
      await watching;
    },
  };
}

async function watch(
  { databases, options, context }: RestoreWork,
  builds: ReadonlyMap<number, string>,
  signal: AbortSignal,
): Promise<void> {
  await context.clock.sleep(intervalMs, signal);
  const client = await databases.connectApart(options.database);
  try {
    while (!signal.aborted) {
      const { rows } = await client.query<ProgressRow>(progressSql, [[...builds.keys()]]);
      for (const { pid, phase, ...counts } of rows) {
        const numbers = Object.entries(counts).map(([name, value]) => [name, Number(value)]);
        const fields = Object.fromEntries(numbers) as Record<string, number>;
        context.log.info('index_progress', { index: builds.get(pid), phase, ...fields });
      }
      await context.clock.sleep(intervalMs, signal);
    }
  } finally {
    await client.end();
  }
}
