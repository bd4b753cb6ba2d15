/**
 * Parts of a chunk that a mark is made for. Finer ones make chunks more even; the answer has at
 * most so many times the rows as there are chunks, and a few for keys with many rows.
 */
const marksPerChunk = 4;

export const keyName = (depth: number): string => `K${String(depth)}`;

/** The names of the keys down to this depth. */
export function prefixNames(depth: number): readonly string[] {
  return Array.from({ length: depth }, (_, index) => keyName(index + 1));
}

/**
 * Numbers that rise by one with each part of a chunk. What is heavier than a chunk is at least
 * `marksPerChunk` of them, so that what is before it and what is after it never have the same.
 */
export function step(window: string): string {
  const until = `SUM(HELD) OVER (${window} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  return `FLOOR((${until} - HELD)::FLOAT / WANTED * ${String(marksPerChunk)})`;
}
