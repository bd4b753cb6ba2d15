import { testDatabase } from '@snowmelt/testkit/test-database';
import { expect, it } from 'vitest';

import { openStore, query, request } from './support/open-store.ts';

it('P8: a status schema of a stranger is refused before it is read, and both ways on work', async () => {
  await using database = await testDatabase();
  const other = `other_${database.database.slice(-12)}`;
  const ask = (sql: string) => query(database, sql);
  await ask(`CREATE ROLE ${other}; CREATE SCHEMA migration_status AUTHORIZATION ${other}`);
  try {
    await using store = openStore(database);
    const refused = { code: 'STATUS.SCHEMA_OWNER', message: expect.stringContaining(other) };
    await expect(store.runs(1)).rejects.toMatchObject(refused);
    await expect(store.openRun(request())).rejects.toMatchObject(refused);
    const need = { databases: {}, least: 4, parallelThreads: 4 };
    const [found] = (await store.check?.(need)) ?? [];
    expect(found).toMatchObject({ ...refused, severity: 'error' });
    await using trusting = openStore(database, { schemaOwners: [other] });
    await trusting.migrate();
    await ask('DROP SCHEMA migration_status CASCADE');
    await ask(`CREATE SCHEMA migration_status AUTHORIZATION ${other}`);
    await ask(/ALTER SCHEMA [^;]+;/u.exec(found?.fix ?? '')?.[0] ?? '');
    await using again = openStore(database);
    await again.migrate();
    expect(await again.runs(1)).toEqual([]);
  } finally {
    await ask(`DROP OWNED BY ${other} CASCADE; DROP ROLE ${other}`);
  }
});
