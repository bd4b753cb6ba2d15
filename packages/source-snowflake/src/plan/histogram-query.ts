import type { TablePlan } from '@snowmelt/core';

import { fromClause, whereClause } from '../sql/relation.ts';
import { axisOf, prefixCharacters, type KeyAxis } from './key-axis.ts';
import type { ChunkKey } from './chunk-keys.ts';

export interface HistogramRequest {
  readonly table: TablePlan;
  readonly first: ChunkKey;
  /** Cuts the rows of one value of the first, where they are more than a chunk. */
  readonly second: ChunkKey | undefined;
  readonly chunkRows: number;
  /** Rather larger chunks than more of them. */
  readonly mostChunks: number;
}

/**
 * Parts of a chunk that a mark is made for. Finer ones make chunks more even; the answer has at
 * most so many times the rows as there are chunks, and a few for keys with many rows.
 */
const marksPerChunk = 4;

/**
 * One statement that gives ordered marks: keys and how many rows there are from each to the next.
 *
 * 1. CELLS counts rows by cell: days, numbers of equal width, prefixes.
 * 2. Cells with more rows than a chunk are cut at exact ranks of their values (VALUE_STEPS): skew
 *    is met where it is, and only there are values grouped and sorted.
 * 3. Values with more rows than a chunk are cut at exact ranks of the second key (PAIR_STEPS).
 *
 * All marks are values of the table and all counts exact, so that the same snapshot gives the same
 * marks. The names that begin with SNOWMELT are those that the user's filter can see.
 */
export function histogramQuery(request: HistogramRequest): string {
  const first = axisOf(request.first);
  const second = request.second === undefined ? undefined : axisOf(request.second);
  const ctes = [
    ...countedCells(request, first, second),
    ...countedValues(),
    ...(second === undefined ? [] : countedPairs()),
  ];
  return `WITH ${ctes.join(',\n')}
SELECT KIND, ${first.text('FIRST_KEY')} AS "FIRST_TEXT",
  ${second === undefined ? 'NULL' : second.text('NEXT_KEY')} AS "NEXT_TEXT", TO_VARCHAR(HELD) AS "HELD_ROWS"
FROM (
${marks(second !== undefined)}
)
ORDER BY FIRST_KEY NULLS LAST, KIND${second === undefined ? '' : ', NEXT_KEY'}`;
}

function countedCells(
  { table, chunkRows, mostChunks }: HistogramRequest,
  first: KeyAxis,
  second: KeyAxis | undefined,
): readonly string[] {
  const values = [
    `${first.value} AS SNOWMELT_1`,
    ...(second ? [`${second.value} AS SNOWMELT_2`] : []),
  ];
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
  SELECT CELL, WANTED, MIN(SNOWMELT_1) AS FIRST_KEY, COUNT(*) AS HELD
  FROM PLACED
  GROUP BY CELL, WANTED
)`,
    `CELL_STEPS AS (
  SELECT FIRST_KEY, HELD, WANTED, ${step('ORDER BY FIRST_KEY')} AS STEP
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

function countedValues(): readonly string[] {
  return [
    `VALUE_COUNTS AS (
  SELECT CELLS.CELL, CELLS.WANTED, SNOWMELT_1 AS FIRST_KEY, COUNT(*) AS HELD
  FROM PLACED JOIN CELLS ON PLACED.CELL = CELLS.CELL
  WHERE CELLS.HELD > CELLS.WANTED
  GROUP BY CELLS.CELL, CELLS.WANTED, SNOWMELT_1
)`,
    `VALUE_STEPS AS (
  SELECT CELL, FIRST_KEY, HELD, WANTED, ${step('PARTITION BY CELL ORDER BY FIRST_KEY')} AS STEP
  FROM VALUE_COUNTS
)`,
  ];
}

function countedPairs(): readonly string[] {
  return [
    `PAIR_COUNTS AS (
  SELECT VALUE_STEPS.FIRST_KEY, VALUE_STEPS.WANTED, SNOWMELT_2 AS NEXT_KEY, COUNT(*) AS HELD
  FROM PLACED JOIN VALUE_STEPS ON SNOWMELT_1 = VALUE_STEPS.FIRST_KEY
  WHERE VALUE_STEPS.HELD > VALUE_STEPS.WANTED
  GROUP BY VALUE_STEPS.FIRST_KEY, VALUE_STEPS.WANTED, SNOWMELT_2
)`,
    `PAIR_STEPS AS (
  SELECT FIRST_KEY, NEXT_KEY, HELD, ${step('PARTITION BY FIRST_KEY ORDER BY NEXT_KEY')} AS STEP
  FROM PAIR_COUNTS
  WHERE NEXT_KEY IS NOT NULL
)`,
  ];
}

/**
 * Numbers that rise by one with each part of a chunk. What is heavier than a chunk is at least
 * `marksPerChunk` of them, so that what is before it and what is after it never have the same.
 */
function step(window: string): string {
  const until = `SUM(HELD) OVER (${window} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  return `FLOOR((${until} - HELD)::FLOAT / WANTED * ${String(marksPerChunk)})`;
}

/** `range`: from this value. `split`: of this value, from this second key; `split-null`: without. */
function marks(hasSecond: boolean): string {
  const next = (value: string): string => (hasSecond ? `${value} AS NEXT_KEY, ` : '');
  const light = hasSecond ? '\nWHERE HELD <= WANTED' : '';
  const pairs = `SELECT 'split' AS KIND, FIRST_KEY, MIN(NEXT_KEY) AS NEXT_KEY, SUM(HELD) AS HELD
FROM PAIR_STEPS
GROUP BY FIRST_KEY, STEP
UNION ALL
SELECT 'split-null', FIRST_KEY, NEXT_KEY, HELD
FROM PAIR_COUNTS
WHERE NEXT_KEY IS NULL
UNION ALL
`;
  return `${hasSecond ? pairs : ''}SELECT 'range' AS KIND, MIN(FIRST_KEY) AS FIRST_KEY, ${next('NULL')}SUM(HELD) AS HELD
FROM CELL_STEPS
WHERE HELD <= WANTED
GROUP BY STEP
UNION ALL
SELECT 'range', MIN(FIRST_KEY), ${hasSecond ? 'NULL, ' : ''}SUM(HELD)
FROM VALUE_STEPS${light}
GROUP BY CELL, STEP
UNION ALL
SELECT 'null', NULL, ${hasSecond ? 'NULL, ' : ''}WITHOUT_KEY
FROM EXTENT
WHERE WITHOUT_KEY > 0`;
}
