import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { openStore, query, request } from './support/open-store.ts';
import { startOwner } from './support/start-owner.ts';

describe('an owner that is frozen', () => {
  it('P4: keeps its run while it was seen of late, and is ended once its lease is over', async () => {
    await using database = await testDatabase();
    await using victim = await startOwner(database.url, 'host/1');
    await using store = openStore(database);
    victim.freeze();
    const seen = (seconds: number) =>
      query(
        database,
        `INSERT INTO migration_status.migration_workers (run_id, worker_id, host, pid, last_seen_at)
         VALUES ('${victim.run}', 'host/1', 'host', 1, now() - interval '${seconds} seconds')
         ON CONFLICT (run_id, worker_id) DO UPDATE SET last_seen_at = excluded.last_seen_at`,
      );
    await seen(20);
    const mine = request({ owner: 'host/2' });
    await expect(store.openRun(mine)).rejects.toMatchObject({ code: 'RUN.TABLE_BUSY' });
    await seen(61);
    expect(await store.openRun(mine)).toMatchObject({ id: victim.run, resumed: true });
    expect(await store.lease(victim.run, 's/a', 'host/2/a/0')).toMatchObject({ kind: 'lease' });
  });
});
