import { readFileSync, readdirSync } from 'node:fs';

import { psqlStatements } from '@snowmelt/testkit/postgres';
import { testDatabase, type TestDatabase } from '@snowmelt/testkit/test-database';
import { describe, expect, it } from 'vitest';

import { migrations } from '../src/generated/migrations.ts';
import { createPostgresStatusStore } from '../src/index.ts';
import { dumpSchema } from './support/dump-schema.ts';
import { legacySchema } from './support/legacy-schema.ts';
import { loads, openStore, query, request, table } from './support/open-store.ts';

const folder = new URL('../../../sql/status/', import.meta.url);
const role = () => `reader_${crypto.randomUUID().replaceAll('-', '')}`;

async function migrate(database: TestDatabase): Promise<void> {
  await using store = openStore(database);
  await store.migrate();
}

/** A store that logs in as a role of its own; the role is dropped with its database. */
async function withRole(
  database: TestDatabase,
  grants: (role: string) => string,
  work: (store: ReturnType<typeof createPostgresStatusStore>, user: string) => Promise<void>,
): Promise<void> {
  const user = role();
  await query(database, `CREATE ROLE ${user} LOGIN PASSWORD 'pw-1'; ${grants(user)}`);
  try {
    const { url } = database;
    await using store = createPostgresStatusStore({ connection: { url, user, password: 'pw-1' } });
    await work(store, user);
  } finally {
    await query(database, `DROP OWNED BY ${user} CASCADE; DROP ROLE ${user}`);
  }
}

describe('migrate', () => {
  it('makes the schema of sql/status/schema.snapshot', async () => {
    await using database = await testDatabase();
    await migrate(database);
    const snapshot = new URL('schema.snapshot', folder).pathname;
    await expect(await dumpSchema(database)).toMatchFileSnapshot(snapshot);
  });

  it('carries the files of sql/status', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
    expect(migrations.map(({ name }) => `${name}.sql`)).toEqual(files.sort());
    for (const { name, sql } of migrations) {
      expect(sql).toBe(readFileSync(new URL(`${name}.sql`, folder), 'utf8'));
    }
  });

  it('needs no more than SELECT where there is nothing to do', async () => {
    await using database = await testDatabase();
    await migrate(database);
    await withRole(
      database,
      (user) => `GRANT USAGE ON SCHEMA migration_status TO ${user};
        GRANT SELECT ON migration_status.schema_migrations TO ${user}`,
      (store) => store.migrate(),
    );
  });

  it('P8: says what is lacking where it may not create the schema', async () => {
    await using database = await testDatabase();
    await withRole(
      database,
      () => '',
      async (store) => {
        await expect(store.migrate()).rejects.toMatchObject({
          code: 'STATUS.SCHEMA',
          message: expect.stringContaining('permission denied for database') as string,
        });
      },
    );
  });

  it('goes on where the files were applied one by one, by a role that owns nothing else', async () => {
    await using database = await testDatabase();
    await query(database, `REVOKE TEMPORARY ON DATABASE "${database.database}" FROM PUBLIC`);
    await withRole(
      database,
      (user) =>
        `CREATE SCHEMA migration_status; GRANT USAGE, CREATE ON SCHEMA migration_status TO ${user}`,
      async (store, user) => {
        for (const { sql } of migrations) {
          for (const statement of psqlStatements(sql)) {
            await query(database, `SET ROLE ${user}; ${statement}`);
          }
        }
        await store.migrate();
        expect((await store.openRun(request({ tables: [table('a')] }))).resumed).toBe(false);
      },
    );
  });

  it('leaves migrations of a newer program alone', async () => {
    await using database = await testDatabase();
    await migrate(database);
    await query(database, `INSERT INTO migration_status.schema_migrations VALUES ('9999_later')`);
    await migrate(database);
  });
});

const oldRun = '11111111-1111-4111-8111-111111111111';

describe('migrate over the schema of the earlier tool', () => {
  it('gives the same schema as a new one, but for what the tool wanted NOT NULL', async () => {
    await using fresh = await testDatabase();
    await migrate(fresh);
    await using old = await testDatabase();
    await query(old, legacySchema);
    await migrate(old);
    const plain = (dump: string) =>
      dump
        .split('\n')
        .map((line) => line.replace(/ (NOT NULL|DEFAULT gen_random_uuid\(\))/g, ''))
        .filter((line) => !line.includes('idx_chunk_status'));
    expect(plain(await dumpSchema(old))).toEqual(plain(await dumpSchema(fresh)));
  });

  it('keeps its rows, from 20 processes at once', async () => {
    await using database = await testDatabase();
    await query(database, legacySchema);
    const stores = Array.from({ length: 20 }, () => openStore(database));
    await Promise.all(stores.map((store) => store.migrate()));
    const [store] = stores;
    const summary = await store?.summary(oldRun);
    expect(summary).toMatchObject({
      status: 'completed',
      startedAt: new Date('2025-05-01T10:00:00Z'),
      rows: 30,
      sourceNames: ['old'],
      tables: [
        {
          sourceName: 'old',
          source: { database: 'SRC', schema: 'PUBLIC', name: 'T1' },
          target: { database: 'dst', schema: 'public', name: 't1' },
          totalChunks: 2,
          completedChunks: 2,
        },
      ],
    });
    const chunks = await query(
      database,
      `SELECT chunk_id, chunk_range, rows_copied, target_table, table_key
       FROM migration_status.migration_chunk_status WHERE run_id = '${oldRun}' ORDER BY chunk_id`,
    );
    const shared = { target_table: 't1', table_key: 'old/SRC.PUBLIC.T1/dst.public.t1' };
    expect(chunks).toEqual([
      { chunk_id: '1', chunk_range: { a: 1 }, rows_copied: '10', ...shared },
      { chunk_id: '2', chunk_range: { a: 2 }, rows_copied: '20', ...shared },
    ]);
    await Promise.all(stores.map((each) => each[Symbol.asyncDispose]()));
  });

  it('P5: keeps the privileges on its views', async () => {
    await using database = await testDatabase();
    await query(database, legacySchema);
    await withRole(
      database,
      (user) => `GRANT SELECT ON migration_status.v_table_progress TO ${user}`,
      async () => {
        await migrate(database);
        const rows = await query(
          database,
          `SELECT table_name, privilege_type FROM information_schema.role_table_grants
           WHERE grantee LIKE 'reader_%' AND table_schema = 'migration_status'`,
        );
        expect(rows).toEqual([{ table_name: 'v_table_progress', privilege_type: 'SELECT' }]);
      },
    );
  });

  it('runs beside its runs, one source table into two targets', async () => {
    await using database = await testDatabase();
    await query(database, legacySchema);
    await using store = openStore(database);
    await store.migrate();
    const target = { database: 'dst', schema: 'public', name: 'b' };
    const tables = [table('a'), table('a', { key: 's/a to b', target })];
    const run = await store.openRun(request({ tables }));
    expect(run.resumed).toBe(false);
    for (const { key } of tables) {
      await store.addChunks(run.id, key, loads(1));
      expect((await store.lease(run.id, key, 'host/1/w')).kind).toBe('lease');
    }
    expect((await store.runs(10)).map(({ status }) => status)).toEqual([
      'running',
      'running',
      'completed',
    ]);
    await expect(
      store.openRun(request({ tables: [table('z')], resume: { mode: 'run', run: oldRun } })),
    ).rejects.toMatchObject({ code: 'RUN.NOT_FOUND' });
  });

  it('P8: is refused whole where a key of its tables is used from elsewhere', async () => {
    await using database = await testDatabase();
    await query(database, legacySchema);
    await query(
      database,
      `CREATE TABLE public.notes (run_id uuid, name text, source_table text,
         CONSTRAINT notes_of_tables FOREIGN KEY (run_id, name, source_table)
         REFERENCES migration_status.migration_table_status)`,
    );
    const before = await dumpSchema(database);
    await using store = openStore(database);
    await expect(store.migrate()).rejects.toMatchObject({
      code: 'STATUS.SCHEMA',
      message: expect.stringContaining('notes_of_tables') as string,
    });
    expect(await dumpSchema(database)).toBe(before);
  });
});
