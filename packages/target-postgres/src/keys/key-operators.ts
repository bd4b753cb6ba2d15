import type { TablePlan } from '@snowmelt/core';

import type { Session } from '../connect/transaction.ts';
import { is } from '../sql/operators.ts';
import { quoteIdentifier } from '../sql/quote-identifier.ts';

/** By column of the key, SQL of the operator that its unique index takes for equality. */
export type KeyOperators = ReadonlyMap<string, string>;

/**
 * The index says what is one key, not the name `=`: citext in a schema that nobody's path has would be
 * compared as text, where upper and lower case differ
 * (https://www.postgresql.org/docs/current/typeconv-oper.html). Strategy 3 of a B-tree is equality
 * (https://www.postgresql.org/docs/current/xindex.html).
 */
const operatorsSql = `
SELECT DISTINCT ON (a.attname) a.attname::text AS name,
       format('OPERATOR(%I.%s)', n.nspname, o.oprname) AS operator
FROM pg_index i
JOIN pg_class ic ON ic.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace cn ON cn.oid = c.relnamespace
CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) AS k (attnum, opclass)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
JOIN pg_opclass p ON p.oid = k.opclass
JOIN pg_amop m ON m.amopfamily = p.opcfamily AND m.amopstrategy = 3
  AND m.amoplefttype = p.opcintype AND m.amoprighttype = p.opcintype
JOIN pg_operator o ON o.oid = m.amopopr
JOIN pg_namespace n ON n.oid = o.oprnamespace
WHERE cn.nspname = $1 AND c.relname = $2 AND i.indisunique AND i.indisvalid
  AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = cardinality($3::text[])
  AND a.attname = ANY ($3)
ORDER BY a.attname, i.indisprimary DESC, ic.relname`;

export async function keyOperators(
  session: Session,
  { target, keyColumns }: Pick<TablePlan, 'target' | 'keyColumns'>,
): Promise<KeyOperators> {
  const values = [target.schema, target.name, keyColumns];
  const { rows } = await session.query<{ name: string; operator: string }>(operatorsSql, values);
  return new Map(rows.map(({ name, operator }) => [name, operator]));
}

/** Row `a` has the key of row `b`; of `nullable` columns NULL is a value as any other. */
export function sameKeySql(
  { keyColumns }: Pick<TablePlan, 'keyColumns'>,
  operators: KeyOperators,
  { a, b, nullable = [] }: { a: string; b: string; nullable?: readonly string[] },
): string {
  const same = keyColumns.map((column) => {
    const [left, right] = [a, b].map((row) => `${row}.${quoteIdentifier(column)}`);
    const equal = `${left} ${operators.get(column) ?? is} ${right}`;
    return nullable.includes(column) ? orBothNull(equal, left ?? '', right ?? '') : equal;
  });
  return same.join(' AND ');
}

function orBothNull(equal: string, left: string, right: string): string {
  return `(${equal} OR (${left} IS NULL AND ${right} IS NULL))`;
}
