import { allRows, type Cut, type KeyRange } from './key-range.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { PlannedRange } from './strategy.ts';

/**
 * A row of the planning query: a place in the order of the keys, and the rows until the next. It
 * has bounds of the first keys; all but the last are values that it is a part of. `null`: of those
 * values the rows whose next key is NULL.
 */
export interface Mark {
  readonly kind: 'from' | 'null';
  readonly bounds: readonly Bound[];
  readonly rows: number;
}

export interface Bound {
  readonly text: string;
  /** SQL. */
  readonly literal: string;
}

/**
 * Ranges of about `wanted` rows from ascending marks. Whatever the marks, the ranges cover every
 * value of the keys and none twice: of each key the first one is open below, the last one above,
 * and each one begins where the one before ends. Rows without a key are a range of their own.
 */
export function mergeMarks(
  marks: readonly Mark[],
  wanted: number,
  keys: readonly ChunkKey[],
): readonly PlannedRange[] {
  const total = marks.reduce((sum, { rows }) => sum + rows, 0);
  if (total <= wanted) return [{ range: allRows, label: 'all', expectedRows: total }];
  return rangesOf(joinSmall(marks, wanted), keys, { cuts: [], words: [] });
}

/** Neighbours are put together while they are no more than a chunk. */
function joinSmall(marks: readonly Mark[], wanted: number): readonly Mark[] {
  const joined: Mark[] = [];
  for (const mark of marks) {
    const last = joined.at(-1);
    if (last !== undefined && areAlike(last, mark) && last.rows + mark.rows <= wanted) {
      joined[joined.length - 1] = { ...last, rows: last.rows + mark.rows };
    } else joined.push(mark);
  }
  return joined;
}

/** Parts of the same values, as deep as each other. */
function areAlike(last: Mark, mark: Mark): boolean {
  if (last.kind !== 'from' || mark.kind !== 'from') return false;
  if (last.bounds.length !== mark.bounds.length) return false;
  return last.bounds.slice(0, -1).every(({ text }, at) => text === mark.bounds[at]?.text);
}

/** What the marks are a part of: the cuts of the keys before, and words on them. */
interface Within {
  readonly cuts: readonly Cut[];
  readonly words: readonly string[];
}

/** Ranges of marks that are parts of the same values of all keys before this one. */
function rangesOf(
  marks: readonly Mark[],
  keys: readonly ChunkKey[],
  { cuts, words }: Within,
): readonly PlannedRange[] {
  const depth = cuts.length;
  const key = keys[depth];
  if (key === undefined) throw new RangeError('a mark is deeper than there are keys');
  const blocks = blocksOf(marks, depth);
  return blocks.flatMap((block, index) => {
    const [mark] = block;
    const start = mark?.bounds[depth];
    if (mark === undefined || start === undefined) return oneRange(block, noKey(key), 'null');
    const to = blocks[index + 1]?.[0]?.bounds[depth]?.literal;
    const cut = between(key, index === 0 ? undefined : start.literal, to);
    const word = `${depth === 0 ? 'from-' : ''}${index === 0 ? 'lowest' : slug(start)}`;
    if (isWhole(mark, depth)) return oneRange(block, cut, word);
    return rangesOf(block, keys, { cuts: [...cuts, cut], words: [...words, word] });
  });

  function oneRange(block: readonly Mark[], cut: Cut, word: string): readonly PlannedRange[] {
    const range: KeyRange = { keys: 'cut', by: [...cuts, cut] };
    const label = [...words, word].join('-');
    return block.map(({ rows }) => ({ range, label, expectedRows: rows }));
  }
}

/** Not cut by the next key. */
function isWhole({ kind, bounds }: Mark, depth: number): boolean {
  return kind === 'from' && bounds.length === depth + 1;
}

/** Marks that have their range of this key in common: the parts of one value of it. */
function blocksOf(marks: readonly Mark[], depth: number): readonly (readonly Mark[])[] {
  const blocks: Mark[][] = [];
  for (const mark of marks) {
    const last = blocks.at(-1);
    const [head] = last ?? [];
    const start = mark.bounds[depth];
    const areParts = head !== undefined && !isWhole(head, depth) && !isWhole(mark, depth);
    if (areParts && start !== undefined && head.bounds[depth]?.text === start.text) {
      last?.push(mark);
    } else blocks.push([mark]);
  }
  return blocks;
}

function noKey({ column, reading }: ChunkKey): Cut {
  return { column, reading, is: 'null' };
}

function between({ column, reading }: ChunkKey, from?: string, to?: string): Cut {
  return {
    column,
    reading,
    is: 'between',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** For people: the number before it is what makes an id unique. */
function slug(bound: Bound): string {
  const text = bound.text.slice(0, 40);
  return text.replaceAll(/[^A-Za-z0-9]+/gu, '-').replaceAll(/^-+|-+$/gu, '');
}
