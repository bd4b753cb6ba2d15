import type { Session } from '../connect/transaction.ts';

/** A column of one table, one of another, and SQL of the operator that finds the one by the other. */
export interface ColumnMatch {
  readonly left: string;
  readonly operator: string;
  readonly right: string;
}

/** A foreign key that leads to the target. */
export interface IncomingKey {
  readonly name: string;
  readonly child_schema: string;
  readonly child_table: string;
  readonly target_columns: readonly string[];
  /** How a row of the target, on the left, is found by one of the child, as the server does it. */
  readonly leads: readonly ColumnMatch[];
  /** How a row is found again by the columns that it leads to. */
  readonly again: readonly ColumnMatch[];
  /** `pg_constraint.confdeltype`: a NO ACTION, r RESTRICT, c CASCADE, n SET NULL, d SET DEFAULT. */
  readonly on_delete: string;
  /** Of the target to itself. */
  readonly own: boolean;
  /** Leads to one partition, not to the whole. */
  readonly to_partition: boolean;
  /** A column that it leads to takes NULL. */
  readonly key_nullable: boolean;
  readonly may_read: boolean;
  /** Who asks. */
  readonly role: string;
}

/** SQL that names the operator of this oid, wherever it is. */
const operatorOf = (oid: string): string => `(
      SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_catalog.pg_operator o
      JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = ${oid})`;

/**
 * Copies of a key that partitions carry are one key (`conparentid`). `conpfeqop`, `conppeqop`:
 * https://www.postgresql.org/docs/current/catalog-pg-constraint.html.
 */
const incomingSql = `
SELECT k.conname::text AS name, n.nspname::text AS child_schema, c.relname::text AS child_table,
       p.leads, p.again,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS p (attnum, position)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.attnum
             ORDER BY p.position) AS target_columns,
       k.confdeltype::text AS on_delete, k.conrelid = t.oid AS own,
       k.confrelid <> t.oid AS to_partition,
       EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey) AND NOT a.attnotnull
       ) AS key_nullable,
       has_table_privilege(k.conrelid, 'SELECT') AND NOT row_security_active(k.conrelid) AS may_read,
       current_user::text AS role
FROM (SELECT pg_catalog.to_regclass($1)::oid AS oid) t
JOIN pg_catalog.pg_constraint k ON k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (
  SELECT t.oid UNION ALL SELECT p.relid FROM pg_catalog.pg_partition_tree(t.oid) p
  WHERE p.relid <> t.oid)
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_object('left', own.attname, 'operator', ${operatorOf('u.pf')},
                                    'right', child.attname) ORDER BY u.position) AS leads,
         json_agg(json_build_object('left', own.attname, 'operator', ${operatorOf('u.pp')},
                                    'right', own.attname) ORDER BY u.position) AS again
  FROM unnest(k.conkey, k.confkey, k.conpfeqop, k.conppeqop) WITH ORDINALITY
    AS u (child, own, pf, pp, position)
  JOIN pg_catalog.pg_attribute child ON child.attrelid = k.conrelid AND child.attnum = u.child
  JOIN pg_catalog.pg_attribute own ON own.attrelid = k.confrelid AND own.attnum = u.own
) p
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 2, 3, 1`;

export async function incomingKeys(
  session: Session,
  quotedTarget: string,
): Promise<readonly IncomingKey[]> {
  return (await session.query<IncomingKey & object>(incomingSql, [quotedTarget])).rows;
}

/**
 * The keys that do something to other rows at once when a row goes, whatever comes in its place in
 * the same statement. NO ACTION alone looks at what is there in the end
 * (https://www.postgresql.org/docs/current/sql-createtable.html, "NO ACTION").
 */
export function actingKeys(keys: readonly IncomingKey[]): readonly IncomingKey[] {
  return keys.filter(({ on_delete }) => on_delete !== 'a');
}

/** The target's columns by which rows are found again, where acting keys ask for that. */
export function matchColumns(keys: readonly IncomingKey[]): readonly ColumnMatch[] | undefined {
  return actingKeys(keys)[0]?.again;
}

export function nameChildren(keys: readonly IncomingKey[]): string {
  const names = keys.map(({ child_schema, child_table }) => `${child_schema}.${child_table}`);
  return [...new Set(names)].join(', ');
}
