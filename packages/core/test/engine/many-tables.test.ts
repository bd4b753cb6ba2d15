import { describe, expect, it } from 'vitest';

import { job, run, World } from './engine-world.ts';

describe('P6: a run of a thousand tables', () => {
  it('has no more of them in hand than there are threads, and keeps little of each', async () => {
    const world = new World();
    const names = Array.from({ length: 1000 }, (_, n) => `T${n}`);
    for (const name of names) world.addTable(name, 2);
    const adapters = world.adapters();
    let inHand = 0;
    let most = 0;
    const observer = {
      tableStarted() {
        inHand += 1;
        most = Math.max(most, inHand);
      },
      tableEnded() {
        inHand -= 1;
      },
    };
    const before = process.memoryUsage.rss();
    const jobs = names.map((name) => job(name, { verify: 'count' }));
    const report = await run(jobs, adapters, { observer });
    expect(report).toMatchObject({ status: 'completed', rows: 2000 });
    expect(most).toBe(3);
    // The stores in memory are part of it.
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024);
  });
});
