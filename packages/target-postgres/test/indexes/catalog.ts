import type { Client } from 'pg';

/** Everything in the schema public that stands on a table, as text that does not depend on oids. */
export async function catalog(sql: Client): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [kind, query] of Object.entries(queries)) {
    const { rows } = await sql.query<{ line: object }>(
      `SELECT to_jsonb(q) AS line FROM (${query}) q ORDER BY to_jsonb(q)::text`,
    );
    lines.push(...rows.map(({ line }) => `${kind} ${JSON.stringify(line)}`));
  }
  return lines;
}

const inPublic = (alias: string) => `${alias}.relnamespace = 'public'::regnamespace`;

const queries: Readonly<Record<string, string>> = {
  index: `
    SELECT c.relname, pg_get_indexdef(c.oid) AS def, s.spcname, c.reloptions, c.relowner::regrole,
           i.indisclustered, i.indisreplident, i.indisvalid, i.indisprimary, i.indisunique,
           i.indimmediate, obj_description(c.oid, 'pg_class') AS comment,
           ARRAY(SELECT a.attname || ':' || coalesce(a.attstattarget, -1) FROM pg_attribute a
                 WHERE a.attrelid = c.oid ORDER BY a.attnum) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE ${inPublic('c')}`,
  constraint: `
    SELECT k.conrelid::regclass::text AS rel, k.conname, k.contype::text,
           pg_get_constraintdef(k.oid) AS def, k.convalidated, k.condeferrable, k.condeferred,
           k.conislocal, k.coninhcount, k.connoinherit, k.conindid::regclass::text AS index,
           obj_description(k.oid, 'pg_constraint') AS comment
    FROM pg_constraint k WHERE k.connamespace = 'public'::regnamespace`,
  relation: `
    SELECT c.relname, c.relkind::text, c.relreplident::text, c.reloptions, c.relacl::text,
           c.relowner::regrole, c.relhastriggers, c.relrowsecurity,
           obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c WHERE ${inPublic('c')} AND c.relkind IN ('r', 'v', 'm', 'p')`,
  column: `
    SELECT c.relname, a.attname, a.attnotnull, a.attstattarget, a.attoptions, a.attacl::text,
           format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE ${inPublic('c')} AND c.relkind = 'r' AND a.attnum > 0`,
  statistics: `
    SELECT x.stxname, pg_get_statisticsobjdef(x.oid) AS def, x.stxstattarget
    FROM pg_statistic_ext x WHERE x.stxnamespace = 'public'::regnamespace`,
  trigger: `
    SELECT t.tgrelid::regclass::text AS rel, t.tgenabled::text, t.tgfoid::regproc::text AS function,
           CASE WHEN t.tgisinternal THEN 'internal' ELSE pg_get_triggerdef(t.oid) END AS def
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE ${inPublic('c')}`,
  view: `SELECT c.relname, pg_get_viewdef(c.oid) AS def FROM pg_class c
    WHERE ${inPublic('c')} AND c.relkind IN ('v', 'm')`,
  rule: `SELECT rulename, definition FROM pg_rules WHERE schemaname = 'public'`,
  policy: `SELECT policyname, cmd, qual FROM pg_policies WHERE schemaname = 'public'`,
  publication: `SELECT pubname, tablename FROM pg_publication_tables WHERE schemaname = 'public'`,
};

/** Such as 180004. */
export async function serverVersion(sql: Client): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    `SELECT current_setting('server_version_num')::int AS n`,
  );
  return rows[0]?.n ?? 0;
}
