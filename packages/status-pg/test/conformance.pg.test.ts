import type { StatusStore } from '@snowmelt/core';
import { statusStoreConformance } from '@snowmelt/testkit/conformance';
import { plantedDatabase } from '@snowmelt/testkit/planted-database';

import { createPostgresStatusStore } from '../src/index.ts';
import { query } from './support/open-store.ts';

const leaseSeconds = 60;

// As a role without rights, among names that a stranger has planted in its path: none may be used.
statusStoreConformance('PostgreSQL', async () => {
  const database = await plantedDatabase();
  const stores = new Set<StatusStore>();
  return {
    leaseMilliseconds: leaseSeconds * 1000,
    async open() {
      const { host, port, database: name, loader } = database;
      const connection = { host, port, database: name, ...loader };
      const store = createPostgresStatusStore({ connection, leaseSeconds });
      stores.add(store);
      return store;
    },
    // For the server the same as a kill: the connections end, and nothing else is said.
    async crash(store) {
      await store[Symbol.asyncDispose]();
    },
    async passTime(milliseconds) {
      await query(
        database,
        `UPDATE migration_status.migration_workers
           SET last_seen_at = last_seen_at - ${milliseconds} * interval '1 ms'`,
      );
      await query(
        database,
        `UPDATE migration_status.migration_runs
           SET started_at = started_at - ${milliseconds} * interval '1 ms',
             held_since = held_since - ${milliseconds} * interval '1 ms'`,
      );
      await query(
        database,
        `UPDATE migration_status.migration_chunk_status
           SET lease_expires_at = lease_expires_at - ${milliseconds} * interval '1 ms'`,
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...stores].map((store) => store[Symbol.asyncDispose]()));
      try {
        await database.assertUnused();
      } finally {
        await database[Symbol.asyncDispose]();
      }
    },
  };
});
