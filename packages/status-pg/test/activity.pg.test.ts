import { testDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { loads, openStore, query, request, table } from './support/open-store.ts';
import { tablePlan } from './support/table-plan.ts';

describe('how it stands with a run just now', () => {
  it('its owner, its last sign of life, what is in hand, how fast it goes and what is to come', async () => {
    await using on = await testDatabase();
    await using watcher = openStore(on);
    const owner = openStore(on, { leaseSeconds: 30 });
    await owner.migrate();
    const asked = request({ owner: 'loader/42/x', tables: [table('a'), table('b')] });
    const { id } = await owner.openRun(asked);
    const seen = async () => {
      const [found] = (await watcher.observes?.latest(5)) ?? [];
      if (found === undefined) throw new Error('the run is known');
      return found;
    };
    expect(await seen()).toMatchObject({ owner: 'loader/42/x', life: 'live', attempts: 1 });

    const plan = { ...tablePlan(id, 'a'), estimatedRows: 70, primaryKey: [] };
    await owner.recordTable(id, 's/a', { type: 'planned', plan: { ...plan, columns: [] } });
    expect((await seen()).paces[0]).toMatchObject({ expectedRows: 70 });
    await owner.addChunks(id, 's/a', loads(3));
    await owner.recordTable(id, 's/a', { type: 'chunked' });
    expect((await seen()).paces[0]).toMatchObject({ expectedRows: 30, leasedChunks: 0 });
    const answer = await owner.lease(id, 's/a', 'loader/42/x/0');
    if (answer.kind !== 'lease') throw new Error('a chunk is open');
    await owner.record(answer.lease, { type: 'retried', error: 'SOURCE.NETWORK: x' });
    expect((await seen()).paces[0]).toMatchObject({ leasedChunks: 1, retries: 1, recentRows: 0 });
    await owner.record(answer.lease, { type: 'loaded', rows: 10, bytes: 100 });
    const [a, b] = (await seen()).paces;
    expect(a).toMatchObject({ recentRows: 10, leasedChunks: 0 });
    expect(a?.recentSeconds).toBeGreaterThanOrEqual(1);
    expect(b).not.toHaveProperty('expectedRows');
    const { now, lastSign } = await seen();
    expect(now.getTime() - (lastSign?.getTime() ?? 0)).toBeLessThan(60_000);

    await owner[Symbol.asyncDispose]();
    const back = `UPDATE migration_status.$ SET started_at = started_at - interval '1 hour'`;
    for (const name of ['migration_runs', 'migration_table_status', 'migration_chunk_status']) {
      await query(on, back.replace('$', name));
    }
    await query(
      on,
      `UPDATE migration_status.migration_chunk_status SET completed_at = started_at + interval '1 minute';
       UPDATE migration_status.migration_table_status SET counted_at = NULL`,
    );
    const dead = await seen();
    expect(dead).toMatchObject({ life: 'open', attempts: 1 });
    expect(dead.now.getTime() - (dead.lastSign?.getTime() ?? 0)).toBeGreaterThan(3_000_000);
    expect(dead.paces[0]).toMatchObject({ recentRows: 0 });

    const told = (await watcher.events?.(id, 100)) ?? [];
    expect(told.map(({ of, event }) => `${of} ${event}`)).toEqual([
      'run began',
      'table began',
      'chunk tried_again',
    ]);
    expect(told[2]).toMatchObject({ name: 's/a c000000' });
    expect(await watcher.events?.(id, 1)).toEqual([told[2]]);
    await expect(watcher.events?.(crypto.randomUUID(), 9)).rejects.toMatchObject({
      code: 'RUN.NOT_FOUND',
    });

    await using next = openStore(on);
    await next.openRun(asked);
    expect(await seen()).toMatchObject({ life: 'live', attempts: 2 });
  });

  it('a plan that holds what PostgreSQL can take out of no JSON tells no size', async () => {
    await using on = await testDatabase();
    await using store = openStore(on);
    await store.migrate();
    const { id } = await store.openRun(request());
    const plan = { ...tablePlan(id, 'a'), estimatedRows: 70 };
    await store.recordTable(id, 's/a', { type: 'planned', plan });
    const [a] = (await store.observes?.activityOf(id))?.paces ?? [];
    expect(a).toMatchObject({ key: 's/a', recentRows: 0 });
  });
});
