import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { chunkOf, opening, planFor } from './fixtures.ts';
import { sharedBench } from './use-bench.ts';

const secret = 'f00d"quote';
const field = '"f00d""quote"';

describe('P7: no value of a row is in an error, whatever refuses it', () => {
  const on = sharedBench({}, async () => {
    await on.sql.query(`
      CREATE TYPE mood AS ENUM ('good');
      CREATE TABLE other (id text PRIMARY KEY);
      CREATE FUNCTION complain() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'not % here', NEW.name USING DETAIL = NEW.name, HINT = NEW.name; END $$`);
  });
  const context = testContext();

  async function refusal(content: string): Promise<string> {
    const plan = planFor(on.database, {});
    await on.target.prepare(plan, context);
    const load = on.target.load(plan, chunkOf('c1'), opening(`${content}\n`), context);
    const error: unknown = await load.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'TARGET.ROW_REJECTED' });
    const { message, fix, stack } = error as Error & { fix: string };
    for (const text of [message, fix, stack ?? '']) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain('f00d');
    }
    return message;
  }

  it.each([
    ['id integer, name integer', `1,${field}`],
    ['id bigint, name uuid', `1,${field}`],
    ['id bigint, name date', `1,${field}`],
    ['id bigint, name jsonb', '1,"[1, f00d""quote]"'],
    ['id bigint, name int[]', '1,"{f00d""quote}"'],
    ['id bigint, name mood', `1,${field}`],
    ['id bigint, name inet', `1,${field}`],
    ['id bigint, name bytea', '1,"\\xf00d""quote"'],
    ['id bigint, name text UNIQUE', `1,${field}\n2,${field}`],
    [`id bigint, name text CHECK (name = '')`, `1,${field}`],
    ['id bigint NOT NULL, name text', `,${field}`],
    ['id bigint, name varchar(3)', `1,${field}`],
    ['id bigint, name text REFERENCES other', `1,${field}`],
  ])('%s', async (columns, content) => {
    await on.sql.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (${columns})`);
    await refusal(content);
  });

  it('nor of what a trigger says, which is named by its place', async () => {
    await on.sql.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint, name text);
      CREATE TRIGGER complain BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION complain()`);
    const message = await refusal(`1,${field}`);
    expect(message).toContain('PL/pgSQL function complain() line 1 at RAISE');
  });
});
