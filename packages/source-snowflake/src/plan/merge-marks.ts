import { allRows, type Cut, type KeyRange } from './key-range.ts';
import type { ChunkKey } from './chunk-keys.ts';
import type { PlannedRange } from './strategy.ts';

/** A row of the planning query: a place in the order of the keys, and the rows until the next. */
export interface Mark {
  readonly kind: 'range' | 'split' | 'split-null' | 'null';
  readonly first: Bound | undefined;
  readonly next: Bound | undefined;
  readonly rows: number;
}

export interface Bound {
  readonly text: string;
  /** SQL. */
  readonly literal: string;
}

export interface MarkedKeys {
  readonly first: ChunkKey;
  readonly second: ChunkKey | undefined;
}

/**
 * Ranges of about `wanted` rows from ascending marks. Whatever the marks, the ranges cover every
 * value of the keys and none twice: the first one is open below, the last one above, and each one
 * begins where the one before ends. Rows without a key are a range of their own.
 */
export function mergeMarks(
  marks: readonly Mark[],
  wanted: number,
  keys: MarkedKeys,
): readonly PlannedRange[] {
  const total = marks.reduce((sum, { rows }) => sum + rows, 0);
  if (total <= wanted) return [{ range: allRows, label: 'all', expectedRows: total }];
  const blocks = blocksOf(joinSmall(marks, wanted));
  return blocks.flatMap((block, index) => {
    const after = blocks[index + 1]?.[0]?.first;
    return rangesOf(block, { isFirst: index === 0, to: after?.literal }, keys);
  });
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

function areAlike(last: Mark, mark: Mark): boolean {
  if (last.kind !== mark.kind) return false;
  return mark.kind === 'range' || (mark.kind === 'split' && last.first?.text === mark.first?.text);
}

/** Marks that have their range of the first key in common: the splits of one value. */
function blocksOf(marks: readonly Mark[]): readonly (readonly Mark[])[] {
  const blocks: Mark[][] = [];
  for (const mark of marks) {
    const last = blocks.at(-1);
    const [head] = last ?? [];
    const isSplit = mark.kind === 'split' || mark.kind === 'split-null';
    const wasSplit = head?.kind === 'split' || head?.kind === 'split-null';
    if (isSplit && wasSplit && head?.first?.text === mark.first?.text) last?.push(mark);
    else blocks.push([mark]);
  }
  return blocks;
}

interface Sides {
  readonly isFirst: boolean;
  readonly to: string | undefined;
}

function rangesOf(
  block: readonly Mark[],
  { isFirst, to }: Sides,
  { first, second }: MarkedKeys,
): readonly PlannedRange[] {
  return block.map((mark, index) => {
    const expectedRows = mark.rows;
    if (mark.kind === 'null') return { range: cutBy(noKey(first)), label: 'null', expectedRows };
    const outer = between(first, isFirst ? undefined : mark.first?.literal, to);
    const start = isFirst ? 'from-lowest' : `from-${slug(mark.first)}`;
    if (mark.kind === 'range' || second === undefined) {
      return { range: cutBy(outer), label: start, expectedRows };
    }
    if (mark.kind === 'split-null') {
      return { range: cutBy(outer, noKey(second)), label: `${start}-null`, expectedRows };
    }
    const following = block[index + 1];
    const inner = between(
      second,
      index === 0 ? undefined : mark.next?.literal,
      following?.kind === 'split' ? following.next?.literal : undefined,
    );
    const label = `${start}-${index === 0 ? 'lowest' : slug(mark.next)}`;
    return { range: cutBy(outer, inner), label, expectedRows };
  });
}

function cutBy(...by: readonly Cut[]): KeyRange {
  return { keys: 'cut', by: [...by] };
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
function slug(bound: Bound | undefined): string {
  const text = bound?.text.slice(0, 40) ?? '';
  return text.replaceAll(/[^A-Za-z0-9]+/gu, '-').replaceAll(/^-+|-+$/gu, '');
}
