import { query } from './open-store.ts';

/** The schema as the catalogs have it, one object a line, in a fixed order. */
export async function dumpSchema(database: { readonly url: string }): Promise<string> {
  const rows = await query<{ line: string }>(
    database,
    `WITH relation AS (
       SELECT oid, relname, relkind, reloptions FROM pg_class
       WHERE relnamespace = 'migration_status'::regnamespace
     )
     SELECT line FROM (
       SELECT 1 AS part, relname, attname::text AS name,
         format('column %s.%s %s%s%s%s', relname, attname, format_type(atttypid, atttypmod),
           CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
           coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''),
           CASE attidentity WHEN 'd' THEN ' IDENTITY' ELSE '' END) AS line
       FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND attnum > 0 AND NOT attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE relkind = 'r'
       UNION ALL
       SELECT 2, relname, conname, format('constraint %s.%s %s', relname, conname,
         pg_get_constraintdef(c.oid))
       FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid WHERE contype <> 'n'
       UNION ALL
       SELECT 3, i.indexrelid::regclass::text, '', pg_get_indexdef(i.indexrelid)
       FROM relation r JOIN pg_index i ON i.indrelid = r.oid
       UNION ALL
       SELECT 4, relname, '', format('options %s %s', relname, reloptions)
       FROM relation WHERE reloptions IS NOT NULL
       UNION ALL
       SELECT 5, relname, attnum::text, format('view %s.%s %s', relname, attname,
         format_type(atttypid, atttypmod))
       FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND attnum > 0
       WHERE relkind = 'v'
       UNION ALL
       SELECT 6, relname, '', format('sequence %s', relname) FROM relation WHERE relkind = 'S'
     ) dump
     ORDER BY part, relname COLLATE "C", name COLLATE "C", line COLLATE "C"`,
  );
  return `${rows.map(({ line }) => line).join('\n')}\n`;
}
