import { Client } from 'pg';
import { inject } from 'vitest';

import { createDatabase, dropDatabase, runOnce } from './databases.ts';
import { parseAddress } from './server/server-address.ts';
import type { TestDatabase } from './test-database.ts';

const roles = { planter: 'snowmelt_test_planter', loader: 'snowmelt_test_loader' };
const template = 'snowmelt_test_planted';

/** Server-wide, and so made once; several processes may do so at once. */
const rolesSql = Object.values(roles).map(
  (role) => `DO $$ BEGIN CREATE ROLE ${role} LOGIN PASSWORD '${role}';
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
);

/**
 * Whatever PostgreSQL itself has, once more in `public`: each function, operator and type that a role
 * without rights can declare. Every one fails when it is used, and counts that, since whoever asked
 * may swallow the failure. What takes internal types can't be declared, nor can an aggregate's place
 * be taken by anything but a plain function, which is refused where the statement is read.
 */
const plantSql = `
CREATE SEQUENCE public.planted_calls;
DO $plant$
DECLARE
  f record;
  body text := $body$BEGIN
    PERFORM pg_catalog.nextval('public.planted_calls'::pg_catalog.regclass);
    RAISE EXCEPTION USING MESSAGE = %L;
  END$body$;
BEGIN
  FOR f IN
    SELECT p.proname AS name, oidvectortypes(p.proargtypes) AS args, p.proretset AS sets,
           format_type(p.prorettype, NULL) AS gives
    FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace
  LOOP
    BEGIN
      EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS %s %s LANGUAGE plpgsql AS %L', f.name,
        f.args, CASE WHEN f.sets THEN 'SETOF' ELSE '' END, f.gives,
        format(body, 'planted ' || f.name || '(' || f.args || ')'));
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
  FOR f IN
    SELECT o.oprname AS name, p.proname AS proc, o.oprleft AS l, o.oprright AS r
    FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode
    WHERE o.oprnamespace = 'pg_catalog'::regnamespace
  LOOP
    BEGIN
      EXECUTE format('CREATE OPERATOR public.%s (%s RIGHTARG = %s, FUNCTION = public.%I)', f.name,
        CASE f.l WHEN 0 THEN '' ELSE 'LEFTARG = ' || format_type(f.l, NULL) || ',' END,
        format_type(f.r, NULL), f.proc);
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
  END LOOP;
END $plant$;
CREATE FUNCTION public.planted_type() RETURNS boolean LANGUAGE plpgsql AS $body$BEGIN
  PERFORM pg_catalog.nextval('public.planted_calls'::pg_catalog.regclass);
  RAISE EXCEPTION 'planted type';
END$body$;
DO $plant$
DECLARE
  f record;
BEGIN
  FOR f IN SELECT typname AS name FROM pg_type
           WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typelem = 0
  LOOP
    EXECUTE format('CREATE DOMAIN public.%I AS pg_catalog.%I CHECK (public.planted_type())', f.name,
                   f.name);
  END LOOP;
END $plant$`;

let made: Promise<void> | undefined;

async function makeTemplate(url: string): Promise<void> {
  for (const sql of rolesSql) await runOnce(url, sql);
  const lock = new Client({ connectionString: url });
  await lock.connect();
  try {
    await lock.query(`SELECT pg_advisory_lock(hashtextextended('${template}', 0))`);
    const there = await lock.query(`SELECT FROM pg_database WHERE datname = '${template}'`);
    if (there.rowCount === 0) await plant(url);
  } finally {
    await lock.end();
  }
}

async function plant(url: string): Promise<void> {
  const growing = `${template}_growing`;
  await runOnce(url, `DROP DATABASE IF EXISTS ${growing} WITH (FORCE)`);
  const planter = new Client({ connectionString: await createDatabase(url, growing) });
  await planter.connect();
  try {
    await planter.query('GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC'); // As before PostgreSQL 15.
    await planter.query(`SET ROLE ${roles.planter}; SET search_path = pg_catalog`);
    await planter.query(plantSql);
    await planter.query('GRANT SELECT, USAGE ON SEQUENCE public.planted_calls TO PUBLIC');
  } finally {
    await planter.end();
  }
  await runOnce(url, `ALTER DATABASE ${growing} RENAME TO ${template}`);
}

export interface PlantedDatabase extends TestDatabase {
  /** A role without rights but to create in the database, which looks for names in `public` first. */
  readonly loader: { readonly user: string; readonly password: string };
  /** Fails where a planted function, operator or type was used. */
  assertUnused(): Promise<void>;
}

/** A database of its own in which a stranger has planted what an unqualified name would find. */
export async function plantedDatabase(): Promise<PlantedDatabase> {
  const server = inject('postgres');
  await (made ??= makeTemplate(server.url));
  const url = await createDatabase(server.url, undefined, template);
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  await runOnce(
    url,
    `GRANT CREATE, TEMPORARY, CONNECT ON DATABASE "${database}" TO ${roles.loader}`,
  );
  await runOnce(
    url,
    `ALTER ROLE ${roles.loader} IN DATABASE "${database}" SET search_path = public, pg_catalog`,
  );
  return {
    ...parseAddress(url),
    database,
    loader: { user: roles.loader, password: roles.loader },
    async assertUnused() {
      const used = await runOnce(url, 'SELECT is_called FROM public.planted_calls');
      if (used !== false) throw new Error('a planted name was used');
    },
    [Symbol.asyncDispose]: () => dropDatabase(server.url, url),
  };
}
