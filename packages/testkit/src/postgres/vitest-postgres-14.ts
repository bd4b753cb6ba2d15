import { sharedServer } from './vitest-postgres.ts';

/** As `vitest-postgres`, with the oldest PostgreSQL that is supported. */
export const { setup, teardown } = sharedServer(14);
