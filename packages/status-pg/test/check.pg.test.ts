import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { createPostgresStatusStore } from '../src/index.ts';
import { query, request } from './support/open-store.ts';

describe('P8: what a run will need of the status database', () => {
  let on: TestDatabase;
  /** Another database of the server. */
  const server = inject('postgres');
  const role = `limited_${process.pid}`;
  beforeAll(async () => {
    on = await testDatabase();
    await query(on, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
    await query(on, `GRANT CREATE, CONNECT ON DATABASE "${on.database}" TO ${role}`);
  });
  afterAll(async () => {
    await query(on, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await on[Symbol.asyncDispose]();
  });

  const storeAs = (user: string, password: string) =>
    createPostgresStatusStore({
      connection: { host: on.host, port: on.port, user, password, database: on.database },
      outageSeconds: 0.2,
    });
  const need = (count: number) => ({
    databases: { [on.database]: count },
    least: 4,
    parallelThreads: 4,
  });

  it('connections: the limits of the role and of the database, with the statement that raises them', async () => {
    await query(on, `ALTER ROLE ${role} CONNECTION LIMIT 7`);
    await query(on, `ALTER DATABASE "${on.database}" CONNECTION LIMIT 3`);
    await using store = storeAs(role, 'pw');
    expect(await store.check?.(need(8))).toMatchObject([
      {
        code: 'TARGET.RESOURCES',
        severity: 'warning',
        message: `a run takes 8 connections, and waits where there are fewer; role ${role} has 7`,
        fix: `ALTER ROLE "${role}" CONNECTION LIMIT 8; or set parallel_threads: 3.`,
      },
      { severity: 'error', fix: expect.stringContaining('ALTER DATABASE') as string },
    ]);
    await query(on, `ALTER ROLE ${role} CONNECTION LIMIT 8`);
    await query(on, `ALTER DATABASE "${on.database}" CONNECTION LIMIT -1`);
    expect(await store.check?.(need(8))).toEqual([]);
    await query(on, `ALTER ROLE ${role} CONNECTION LIMIT -1`);
  });

  it('connections: those of the server, others counted', async () => {
    await using store = storeAs(on.user, on.password);
    const [found] = (await store.check?.(need(100_000))) ?? [];
    expect(found).toMatchObject({
      severity: 'warning',
      fix: expect.stringContaining('restart the server') as string,
    });
    expect(await store.check?.(need(8))).toEqual([]);
  });

  it.each(['ROLE', 'DATABASE'])(
    'a %s that is read-only by default is written to all the same',
    async (what) => {
      const name = what === 'ROLE' ? role : `"${on.database}"`;
      await query(on, `ALTER ${what} ${name} SET default_transaction_read_only = on`);
      try {
        await using store = storeAs(role, 'pw');
        expect(await store.check?.(need(8))).toEqual([]);
        await store.migrate();
        const { id } = await store.openRun(request());
        await store.keepSnapshot(id, { at: '2026-01-01T00:00:00.000000000Z' });
        await store.closeRun(id, 'completed');
        expect(await store.summary(id)).toMatchObject({ status: 'completed' });
      } finally {
        await query(server, `ALTER ${what} ${name} RESET default_transaction_read_only`);
      }
    },
  );
});
