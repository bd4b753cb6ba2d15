import { keyName, prefixNames, step } from './histogram-words.ts';

/**
 * Rows by the key of this depth, of those values of the keys before it that have more than a chunk.
 * They are joined by equality, which rows without a value have none of: a NULL is not cut further.
 */
export function splitCounts(depth: number): readonly string[] {
  const prefix = prefixNames(depth - 1);
  const before = `STEPS_${String(depth - 1)}`;
  const prefixed = prefix.map((name) => `${before}.${name}`).join(', ');
  const same = prefix.map((name, index) => `SNOWMELT_${String(index + 1)} = ${before}.${name}`);
  const value = `SNOWMELT_${String(depth)}`;
  const names = prefix.join(', ');
  const key = keyName(depth);
  return [
    `COUNTS_${String(depth)} AS (
  SELECT ${prefixed}, ${before}.WANTED, ${value} AS ${key}, COUNT(*) AS HELD
  FROM PLACED JOIN ${before} ON ${same.join(' AND ')}
  WHERE ${before}.HELD > ${before}.WANTED
  GROUP BY ${prefixed}, ${before}.WANTED, ${value}
)`,
    `STEPS_${String(depth)} AS (
  SELECT ${names}, ${key}, HELD, WANTED, ${step(`PARTITION BY ${names} ORDER BY ${key}`)} AS STEP
  FROM COUNTS_${String(depth)}
  WHERE ${key} IS NOT NULL
)`,
  ];
}

/** Values that the next key cuts have their marks there. */
export function splitMarks(depth: number, deepest: number): string {
  const prefix = prefixNames(depth - 1).join(', ');
  const key = keyName(depth);
  const rest = prefixNames(deepest)
    .slice(depth)
    .map((name) => `, NULL AS ${name}`)
    .join('');
  return `SELECT 'from' AS KIND, ${String(depth)} AS DEPTH, ${prefix}, MIN(${key}) AS ${key}${rest}, SUM(HELD) AS HELD
FROM STEPS_${String(depth)}${depth < deepest ? '\nWHERE HELD <= WANTED' : ''}
GROUP BY ${prefix}, STEP
UNION ALL
SELECT 'null', ${String(depth)}, ${prefix}, ${key}${rest}, HELD
FROM COUNTS_${String(depth)}
WHERE ${key} IS NULL`;
}
