import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';

import { inSnowflake } from './support/demo.ts';
import { configFile, snowmelt, startSnowmelt } from './support/snowmelt.ts';
import { useDemo } from './support/use-demo.ts';

describe('P4: kill -9 while keys are gathered, then the same command again', () => {
  const on = useDemo({ tables: [] }, async ({ demo }) => {
    await inSnowflake(
      demo,
      `CREATE TABLE BIG AS SELECT SEQ4() AS ID, 'row ' || SEQ4() AS TEXT
       FROM TABLE(GENERATOR(ROWCOUNT => 60000))`,
    );
  });

  function config() {
    const { sources, ...rest } = on.demo.config as { sources: [Record<string, unknown>] };
    const keys = {
      uniqueness_columns: ['ID'],
      chunking_columns: ['ID'],
      chunking_column_types: ['int'],
    };
    const table = { source: 'BIG', target: 'big', ...keys };
    const missing = { ...table, delete_missing: 'hard', extract: 'query', batch_size: 1000 };
    return { ...rest, parallel_threads: 2, sources: [{ ...sources[0], tables: [missing] }] };
  }

  it('deletes nothing before the end, reads no key twice, and then all that is missing', async () => {
    await using file = await configFile(config());
    const first = await snowmelt(['run', '--config', file.path]);
    expect(first.code, first.stderr).toBe(0);
    await inSnowflake(on.demo, 'DELETE FROM BIG WHERE ID % 6 = 0');

    const killed = startSnowmelt(['run', '--config', file.path]);
    await gathered(on.sql, 5);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();
    expect(await count(on.sql, 'vega.big')).toBe(60_000);
    const before = await chunks(on.sql);
    expect(before.length).toBeGreaterThanOrEqual(5);
    expect(before.length).toBeLessThan(50);

    const again = await snowmelt(['run', '--config', file.path, '--json']);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      resumed: true,
      tables: [{ rows: 50_000, missing: { how: 'hard', rows: 10_000, restored: 0 } }],
    });
    expect(await count(on.sql, 'vega.big')).toBe(50_000);
    const after = new Map((await chunks(on.sql)).map(({ id, at }) => [id, at]));
    for (const { id, at } of before) expect(after.get(id)).toEqual(at);
    const { rows } = await on.sql.query(
      `SELECT FROM pg_class WHERE relname LIKE 'keys%' AND relkind = 'r'`,
    );
    expect(rows).toHaveLength(0);
  }, 180_000);
});

async function gathered(client: Client, atLeast: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await chunks(client)).length < atLeast) {
    if (Date.now() > deadline) throw new Error('no keys were gathered in a minute');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Chunks of keys that the ledger has. */
async function chunks(client: Client): Promise<{ id: string; at: Date }[]> {
  const { rows } = await client.query(
    'SELECT chunk_id AS id, loaded_at AS at FROM snowmelt.chunk_ledger WHERE of_keys',
  );
  return rows;
}

async function count(client: Client, table: string): Promise<number> {
  const { rows } = await client.query(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0].n;
}
