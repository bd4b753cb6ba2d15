import type { PostgresOptions } from './test-postgres.ts';

/** Settings of every server that is started here, in the words of postgresql.conf. */
export function serverSettings(options: PostgresOptions): Record<string, string> {
  return {
    max_connections: '200',
    timezone: 'UTC',
    ...(options.durable === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
}
