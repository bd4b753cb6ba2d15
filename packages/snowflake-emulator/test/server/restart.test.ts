import { expect, it } from 'vitest';

import { createSqlEngine, startEmulator } from '../../src/index.ts';
import { connect } from './driver.ts';

it('an engine outlives its server: the next one has its data, and none of its sessions', async () => {
  const engine = await createSqlEngine({ databases: ['DB'] });
  const users = [{ name: 'mover', password: 'secret' }];
  try {
    const first = await startEmulator({ users, engine });
    const before = await connect(first);
    await before.query('CREATE TABLE KEPT AS SELECT 7 AS N');
    await first.close();

    await using second = await startEmulator({ users, engine, port: first.port });
    await expect(before.query('SELECT N FROM KEPT')).rejects.toThrow();
    await using after = await connect(second);
    expect((await after.query('SELECT N FROM KEPT')).rows).toEqual([{ N: 7 }]);
  } finally {
    await engine.close();
  }
}, 60_000);
