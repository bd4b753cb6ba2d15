import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { loads, openStore, query, request, table } from './support/open-store.ts';

describe('how it stands with a run', () => {
  it('is alive, open, ended, or not known', async () => {
    await using on = await testDatabase();
    await using watcher = openStore(on);
    const life = async (run: string) => (await watcher.runLives?.([run]))?.get(run);
    expect(await life(crypto.randomUUID())).toBeUndefined(); // There is no schema yet.
    await watcher.migrate();
    expect(await life(crypto.randomUUID())).toBeUndefined();

    const killed = openStore(on);
    const first = await killed.openRun(request({ tables: [table('a'), table('b')] }));
    await killed.addChunks(first.id, 's/a', loads(1));
    await killed.lease(first.id, 's/a', 'elsewhere/2/a/0');
    expect(await life(first.id)).toBe('live');
    await killed[Symbol.asyncDispose]();
    expect(await life(first.id)).toBe('live'); // A worker of another process has a chunk.
    await query(on, `UPDATE migration_status.migration_chunk_status SET lease_expires_at = now()`);
    expect(await life(first.id)).toBe('open');

    await using next = openStore(on);
    const anew = request({ tables: [table('a')], resume: { mode: 'never' } });
    const second = await next.openRun(anew);
    expect(await life(first.id)).toBe('open'); // Table b is still its own.
    await next.closeRun(second.id, 'completed');
    expect(await life(second.id)).toBe('ended');
    const third = await next.openRun({ ...anew, tables: [table('b')] });
    expect(await life(first.id)).toBe('ended');
    await next.closeRun(third.id, 'partial', undefined, true);
    expect(await life(third.id)).toBe('ended');
  });
});
