import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import type { PostgresTargetSettings } from '../src/index.ts';
import { bench, chunkOf, csv, opening, planFor } from './fixtures.ts';

const tableSql = `
  CREATE TABLE t (id bigint, name text,
    sync text DEFAULT current_setting('synchronous_commit'),
    locks text DEFAULT current_setting('lock_timeout'),
    statements text DEFAULT current_setting('statement_timeout'),
    memory text DEFAULT current_setting('maintenance_work_mem'))`;

/** Notes what is in force where the index t_name is built. */
const noteBuildsSql = `
  CREATE TABLE builds (memory text);
  CREATE FUNCTION note_build() RETURNS event_trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.builds SELECT current_setting('maintenance_work_mem')
      FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.t_name';
    END $$;
  CREATE EVENT TRIGGER note_build ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
    EXECUTE FUNCTION note_build()`;

const namesSql = `
  SELECT current_setting('synchronous_commit') AS sync, current_setting('lock_timeout') AS locks,
         current_setting('statement_timeout') AS statements,
         current_setting('maintenance_work_mem') AS memory`;

describe('settings of the target', () => {
  const context = testContext();

  /** What a row of a chunk saw, and what a session beside it sees afterwards. */
  async function seen(settings: PostgresTargetSettings) {
    await using on = await bench({ settings, maxConnections: 1 });
    const before = (await on.sql.query(namesSql)).rows;
    await on.sql.query(tableSql);
    const plan = planFor(on.database);
    await on.target.prepare(plan, context);
    await on.target.load(plan, chunkOf('c1'), opening('1,a\n'), context);
    expect((await on.sql.query(namesSql)).rows).toEqual(before);
    const { rows } = await on.sql.query('SELECT sync, locks, statements, memory FROM t');
    return { row: rows[0], before: before[0] };
  }

  it('are in force in a chunk, and for nobody else', async () => {
    const { row } = await seen({
      lockTimeoutSeconds: 7,
      statementTimeoutSeconds: 90,
      maintenanceWorkMem: '33MB',
      synchronousCommit: 'local',
    });
    expect(row).toEqual({ sync: 'local', locks: '7s', statements: '90s', memory: '33MB' });
  });

  it('have defaults of their own, whatever the server says', async () => {
    const { row, before } = await seen({});
    expect(row).toEqual({ sync: 'off', locks: '1min', statements: '0', memory: before.memory });
  });

  it.each([
    ['33MB', '33MB'],
    [undefined, '256MB'],
  ])('an index build with maintenance_work_mem %s gets %s', async (maintenanceWorkMem, is) => {
    const settings = maintenanceWorkMem === undefined ? {} : { maintenanceWorkMem };
    await using on = await bench({ settings });
    await on.sql.query(tableSql);
    await on.sql.query('CREATE INDEX t_name ON t (name)');
    await on.sql.query(noteBuildsSql);
    const plan = planFor(on.database, { rebuildIndexes: true });
    await on.target.prepare(plan, context);
    await on.target.load(plan, chunkOf('c1'), opening('1,a\n'), context);
    await on.target.publish(plan, context);
    const { rows } = await on.sql.query('SELECT memory FROM builds');
    expect(rows).toEqual([{ memory: is }]);
  });

  it('P8: a statement that runs too long says which limit it ran into', async () => {
    await using on = await bench({ settings: { statementTimeoutSeconds: 0.5 } });
    const plan = planFor(on.database);
    await on.target.prepare(plan, context);
    await on.sql.query(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()`);
    const load = on.target.load(plan, chunkOf('c1'), opening(csv([['1', 'a']])), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.TIMEOUT',
      retry: 'chunk',
      message: expect.stringContaining('of 0.5 s'),
      fix: expect.stringContaining('postgres.settings.statement_timeout_seconds'),
    });
  });

  it('P8: where a lock is what it waits for, a statement timeout names who holds it', async () => {
    await using on = await bench({ settings: { statementTimeoutSeconds: 1 } });
    const plan = planFor(on.database);
    await on.target.prepare(plan, context);
    await on.sql.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE');
    const load = on.target.load(plan, chunkOf('c1'), opening(csv([['1', 'a']])), context);
    await expect(load).rejects.toMatchObject({
      code: 'TARGET.LOCKED',
      message: expect.stringMatching(/held by pid \d+ \(user postgres/),
      fix: expect.stringContaining('postgres.settings.lock_timeout_seconds'),
    });
  });
});
