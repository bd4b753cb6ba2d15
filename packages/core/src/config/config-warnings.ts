import type { Config } from './schema/config.ts';

const manyThreads = 20;

/** What is allowed but seldom meant: a line each, with its path. */
export function configWarnings(config: Config): readonly string[] {
  const settings: (readonly [path: string, threads: number | undefined])[] = [
    ['parallel_threads', config.parallel_threads],
    ...config.sources.flatMap((source, s) =>
      source.tables.map(
        (table, t) =>
          [`sources[${s}].tables[${t}].parallel_threads`, table.parallel_threads] as const,
      ),
    ),
  ];
  return settings
    .filter(([, threads]) => threads !== undefined && threads > manyThreads)
    .map(
      ([path, threads]) =>
        `${path}: ${threads} chunks in flight take ${threads} connections to PostgreSQL`,
    );
}
