import type { StatusStore } from '@snowmelt/core';
import { statusStoreConformance } from '@snowmelt/testkit/conformance';
import { testDatabase } from '@snowmelt/testkit/test-database';

import { openStore, query } from './support/open-store.ts';

const leaseSeconds = 60;

statusStoreConformance('PostgreSQL', async () => {
  const database = await testDatabase();
  const stores = new Set<StatusStore>();
  return {
    leaseMilliseconds: leaseSeconds * 1000,
    async open() {
      const store = openStore(database, { leaseSeconds });
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
        `UPDATE migration_status.migration_runs
           SET started_at = started_at - ${milliseconds} * interval '1 ms'`,
      );
      await query(
        database,
        `UPDATE migration_status.migration_chunk_status
           SET lease_expires_at = lease_expires_at - ${milliseconds} * interval '1 ms'`,
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...stores].map((store) => store[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    },
  };
});
