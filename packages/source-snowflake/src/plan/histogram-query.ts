import type { TablePlan } from '@snowmelt/core';

import { fromClause, whereClause } from '../sql/relation.ts';
import { axisOf, prefixCharacters, type KeyAxis } from './key-axis.ts';
import type { ChunkKey } from './chunk-keys.ts';
import { splitCounts, splitMarks } from './split-counts.ts';
import { keyName, prefixNames, step } from './histogram-words.ts';

export interface HistogramRequest {
  readonly table: TablePlan;
  /** Each one cuts the rows of one value of those before it, where they are more than a chunk. */
  readonly keys: readonly [ChunkKey, ...ChunkKey[]];
  readonly chunkRows: number;
  /** Rather larger chunks than more of them. */
  readonly mostChunks: number;
}

/**
 * One statement that gives ordered marks: keys and how many rows there are from each to the next.
 *
 * 1. CELLS counts rows by cell: days, numbers of equal width, prefixes.
 * 2. Cells with more rows than a chunk are cut at exact ranks of their values (STEPS_1): skew is
 *    met where it is, and only there are values grouped and sorted.
 * 3. Values with more rows than a chunk are cut at exact ranks of the second key (STEPS_2), values
 *    of both that still have more at ranks of the third, and so on (`splitCounts`).
 *
 * A mark of DEPTH 2 has a value of the first key and one of the second; of KIND `null`, rows without
 * a value of the key at its depth. All marks are values of the table and all counts exact, so that
 * the same snapshot gives the same marks. The names that begin with SNOWMELT are those that the
 * user's filter can see.
 */
export function histogramQuery(request: HistogramRequest): string {
  const { keys } = request;
  const [first, ...others] = keys.map(axisOf) as [KeyAxis, ...KeyAxis[]];
  const axes = [first, ...others];
  const depths = axes.map((_, index) => index + 1);
  const ctes = [
    ...countedCells(request, first, axes),
    ...countedValues,
    ...depths.slice(1).flatMap(splitCounts),
  ];
  const texts = axes.map((axis, index) => {
    return `${axis.text(keyName(index + 1))} AS "KEY_${String(index + 1)}"`;
  });
  const order = depths.map((depth) => `${keyName(depth)} NULLS LAST`);
  return `WITH ${ctes.join(',\n')}
SELECT KIND, TO_VARCHAR(DEPTH) AS "DEPTH", ${texts.join(', ')}, TO_VARCHAR(HELD) AS "HELD_ROWS"
FROM (
${marks(axes.length)}
)
ORDER BY ${order.join(', ')}`;
}

function countedCells(
  { table, chunkRows, mostChunks }: HistogramRequest,
  first: KeyAxis,
  axes: readonly KeyAxis[],
): readonly string[] {
  const values = axes.map(({ value }, index) => `${value} AS SNOWMELT_${String(index + 1)}`);
  return [
    `SNOWMELT_KEYS AS (
  SELECT ${values.join(', ')}
  FROM ${fromClause(table)}
  ${whereClause(table)}
)`,
    `TOTALS AS (
  SELECT MIN(SNOWMELT_1) AS LOW, MAX(SNOWMELT_1) AS HIGH, COUNT(*)::FLOAT AS TOTAL,
    COUNT(*) - COUNT(SNOWMELT_1) AS WITHOUT_KEY
  FROM SNOWMELT_KEYS
)`,
    `EXTENT AS (
  SELECT LOW, HIGH, WITHOUT_KEY, TOTAL,
    GREATEST(${String(chunkRows)}::FLOAT, CEIL(TOTAL / ${String(mostChunks)})) AS WANTED
  FROM TOTALS
)`,
    ...(first.sharesPrefix ? [sharedPrefix] : []),
    `PLACED AS (
  SELECT SNOWMELT_KEYS.*, WANTED, ${first.cell('SNOWMELT_1')} AS CELL
  FROM SNOWMELT_KEYS CROSS JOIN EXTENT${first.sharesPrefix ? ' CROSS JOIN SHARED' : ''}
  WHERE SNOWMELT_1 IS NOT NULL
)`,
    `CELLS AS (
  SELECT CELL, WANTED, MIN(SNOWMELT_1) AS K1, COUNT(*) AS HELD
  FROM PLACED
  GROUP BY CELL, WANTED
)`,
    `CELL_STEPS AS (
  SELECT K1, HELD, WANTED, ${step('ORDER BY K1')} AS STEP
  FROM CELLS
)`,
  ];
}

/** All texts between two that begin alike begin so as well. */
const sharedPrefix = `SHARED AS (
  SELECT COUNT_IF(LEFT(LOW, PLACE) = LEFT(HIGH, PLACE)) AS SHARED_LENGTH
  FROM EXTENT CROSS JOIN (
    SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) AS PLACE
    FROM TABLE(GENERATOR(ROWCOUNT => ${String(prefixCharacters)}))
  )
)`;

const countedValues = [
  `COUNTS_1 AS (
  SELECT CELLS.CELL, CELLS.WANTED, SNOWMELT_1 AS K1, COUNT(*) AS HELD
  FROM PLACED JOIN CELLS ON PLACED.CELL = CELLS.CELL
  WHERE CELLS.HELD > CELLS.WANTED
  GROUP BY CELLS.CELL, CELLS.WANTED, SNOWMELT_1
)`,
  `STEPS_1 AS (
  SELECT CELL, K1, HELD, WANTED, ${step('PARTITION BY CELL ORDER BY K1')} AS STEP
  FROM COUNTS_1
)`,
];

/** The deepest first: there every key has its type, which NULL takes in the parts that follow. */
function marks(depth: number): string {
  const without = prefixNames(depth).map((name) => `NULL AS ${name}`);
  const [, ...nulls] = without;
  const splits = Array.from({ length: depth - 1 }, (_, index) => splitMarks(depth - index, depth));
  const rest = nulls.map((none) => `, ${none}`).join('');
  return [
    ...splits,
    `SELECT 'from' AS KIND, 1 AS DEPTH, MIN(K1) AS K1${rest}, SUM(HELD) AS HELD
FROM CELL_STEPS
WHERE HELD <= WANTED
GROUP BY STEP`,
    `SELECT 'from', 1, MIN(K1)${rest}, SUM(HELD)
FROM STEPS_1${depth > 1 ? '\nWHERE HELD <= WANTED' : ''}
GROUP BY CELL, STEP`,
    `SELECT 'null', 1, ${without.join(', ')}, WITHOUT_KEY
FROM EXTENT
WHERE WITHOUT_KEY > 0`,
  ].join('\nUNION ALL\n');
}
