/** Milliseconds of the first wait, and of the longest. */
export interface Pauses {
  readonly first: number;
  readonly longest: number;
}

/** Of a chunk or a statement: 4 s, 8 s, … 60 s. */
const ofWork: Pauses = { first: 4000, longest: 60_000 };

/**
 * Milliseconds to wait before try number `tries` + 1: twice as long each time, and up to a half shorter
 * by chance, so that what failed together does not come back together. Every wait between tries is
 * one of these.
 */
export function backoff(
  tries: number,
  { first, longest }: Pauses = ofWork,
  random: () => number = Math.random,
): number {
  const full = Math.min(longest, first * 2 ** (tries - 1));
  return Math.round(full * (1 - random() / 2));
}
