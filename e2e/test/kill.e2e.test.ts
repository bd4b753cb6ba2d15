import type pg from 'pg';
import { describe, expect, it } from 'vitest';

import { configFile, snowmelt, startSnowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

describe('P4: kill -9, then the same command again', () => {
  const on = useDemo({ tables: ['FLIGHTS', 'SPECIES', 'ALL_TYPES'] });

  it('reads no finished chunk again, and counts and digests are exact', async () => {
    await using config = await configFile(on.demo.config);
    const killed = startSnowmelt(['run', '--config', config.path]);
    await loadedChunks(on.sql, 3);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();

    const finished = await ledger(on.sql);
    const again = await snowmelt(['run', '--config', config.path, '--json']);
    expect(again.code, again.stderr).toBe(0);
    const report = JSON.parse(again.stdout) as {
      resumed: boolean;
      tables: { verified: boolean; status: string; target: { name: string }; rows: number }[];
    };
    expect(report.resumed).toBe(true);
    const flights = report.tables.find(({ target }) => target.name === 'flights');
    expect(flights).toMatchObject({ verified: true, rows: 3_000_000 });

    // A chunk that was in the ledger before is there with the same time: it was not loaded again.
    const after = new Map((await ledger(on.sql)).map((row) => [row.chunk, row.loaded_at]));
    expect(finished.length).toBeGreaterThanOrEqual(3);
    for (const { chunk, loaded_at } of finished) expect(after.get(chunk)).toEqual(loaded_at);
    const { rows } = await on.sql.query('SELECT count(*)::int AS count FROM vega.flights');
    expect(rows[0].count).toBe(3_000_000);
    // Nor was it read again: no staged file was fetched after it had landed.
    const { rows: runs } = await on.sql.query(
      'SELECT status, count(*)::int AS runs FROM migration_status.migration_runs GROUP BY 1',
    );
    expect(runs).toEqual([{ status: 'completed', runs: 1 }]);
  }, 300_000);
});

async function loadedChunks(client: pg.Client, atLeast: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  while ((await ledger(client)).length < atLeast) {
    if (Date.now() > deadline) throw new Error('no chunk was loaded in two minutes');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function ledger(client: pg.Client): Promise<{ chunk: string; loaded_at: Date }[]> {
  const { rows: exists } = await client.query(
    `SELECT to_regclass('snowmelt.chunk_ledger') IS NOT NULL AS exists`,
  );
  if (!exists[0].exists) return [];
  const { rows } = await client.query(
    `SELECT table_key || '/' || chunk_id AS chunk, loaded_at FROM snowmelt.chunk_ledger`,
  );
  return rows;
}
