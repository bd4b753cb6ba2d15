export interface Refused<Why> {
  readonly why: Why;
  /** Which of the rows that were tried is at fault, where that is known; counted from 0 in them. */
  readonly suspect?: number | undefined;
}

export interface Trial<Why> {
  /** Puts all of the rows in and gives nothing, or none of them and says why. */
  attempt(from: number, to: number): Promise<Refused<Why> | undefined>;
  /** Rows that are better tried again together than parted now. Absent: none. */
  belongTogether?(why: Why): boolean;
  /** A row that was refused alone, or rows that belong together. */
  refused(from: number, to: number, why: Why): Promise<void>;
}

/**
 * Puts in all of the rows from `from` up to, not including, `to`, but for those that are refused
 * alone, in their order, each once. Refused together they are parted: around the suspect where
 * there is one, else in halves. A suspicion may be wrong, since each part is tried again.
 */
export async function separate<Why>(trial: Trial<Why>, from: number, to: number): Promise<void> {
  if (from >= to) return;
  const refused = await trial.attempt(from, to);
  if (refused === undefined) return;
  if (to - from === 1 || trial.belongTogether?.(refused.why) === true) {
    await trial.refused(from, to, refused.why);
    return;
  }
  for (const [start, end] of partsOf(from, to, refused.suspect)) await separate(trial, start, end);
}

function partsOf(from: number, to: number, suspect: number | undefined) {
  if (suspect !== undefined && suspect >= 0 && suspect < to - from) {
    const at = from + suspect;
    return [
      [from, at],
      [at, at + 1],
      [at + 1, to],
    ] as const;
  }
  const middle = Math.floor((from + to) / 2);
  return [
    [from, middle],
    [middle, to],
  ] as const;
}
