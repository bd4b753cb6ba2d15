/**
 * Milliseconds to wait before try number `tries` + 1: 4 s, 8 s, … 60 s, each up to a quarter
 * shorter by chance, so that workers which failed together do not come back together.
 */
export function backoff(tries: number, random: () => number = Math.random): number {
  const full = Math.min(60_000, 4_000 * 2 ** (tries - 1));
  return Math.round(full * (1 - random() / 4));
}
