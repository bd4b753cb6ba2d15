import { testContext } from '@snowmelt/testkit/context';
import { psqlStatements } from '@snowmelt/testkit/postgres';
import { afterEach, describe, expect, it } from 'vitest';

import { migrations } from '../src/generated/migrations.ts';
import { createPostgresTarget } from '../src/index.ts';
import { chunkOf, connectionOf, countRows, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

/** Schemas are made by an administrator; the role may not make any, in no way a superuser. */
describe('a role without CREATE on the database', () => {
  const on = freshBench({}, async () => {
    user = `loader_${crypto.randomUUID().replaceAll('-', '')}`;
    await on.sql.query(`CREATE ROLE ${user} LOGIN PASSWORD 'pw-1';
      CREATE SCHEMA snowmelt; GRANT USAGE, CREATE ON SCHEMA snowmelt TO ${user};
      CREATE TABLE t (id bigint, name text); GRANT SELECT, INSERT, DELETE ON t TO ${user}`);
  });
  let user: string;
  const context = testContext();

  afterEach(async () => {
    await on.sql.query(`DROP OWNED BY ${user} CASCADE; DROP ROLE ${user}`);
  });

  async function loads(): Promise<void> {
    const connection = { ...connectionOf(on.database), user, password: 'pw-1' };
    await using target = createPostgresTarget({ connection });
    const plan = planFor(on.database);
    expect(await target.check(plan, await target.describe(plan.target, context), context)).toEqual(
      [],
    );
    await target.prepare(plan, context);
    await target.load(plan, chunkOf('c1'), opening(csv([['1', 'a']])), context);
    await target.publish(plan, context);
    expect(await countRows(on.sql)).toBe(1);
  }

  it('makes the ledger in a schema that was made for it', loads);

  it('P1: rows that row-level security hides since are not taken for gone', async () => {
    const connection = { ...connectionOf(on.database), user, password: 'pw-1' };
    await using target = createPostgresTarget({ connection });
    const plan = planFor(on.database);
    await target.prepare(plan, context);
    await target.load(plan, chunkOf('c1'), opening(csv([['1', 'a']])), context);
    await target.publish(plan, context);
    await on.sql.query('ALTER TABLE t ENABLE ROW LEVEL SECURITY');
    const refusal = {
      code: 'TARGET.PRIVILEGE',
      fix: expect.stringContaining(`ALTER ROLE "${user}" BYPASSRLS;`),
    };
    await expect(target.standing.stands(plan, context)).rejects.toMatchObject(refusal);
    await expect(target.prepare(plan, context)).rejects.toMatchObject(refusal);
    await on.sql.query(`ALTER ROLE "${user}" BYPASSRLS`);
    expect(await target.standing.stands(plan, context)).toBe(true);
    expect(await target.prepare(plan, context)).not.toHaveProperty('restart');
  });

  it('finds the ledger where its files were applied one by one', async () => {
    for (const { sql } of migrations) {
      for (const statement of psqlStatements(sql)) {
        await on.sql.query(`SET ROLE ${user}; ${statement}`);
      }
    }
    await on.sql.query('RESET ROLE');
    await loads();
    const { rows } = await on.sql.query('SELECT name FROM snowmelt.migrations ORDER BY 1');
    expect(rows).toEqual(migrations.map(({ name }) => ({ name })));
  });
});
