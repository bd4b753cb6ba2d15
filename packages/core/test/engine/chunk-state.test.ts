import { describe, expect, it, test } from 'vitest';

import {
  chunkTransitions,
  type ChunkState,
  type ChunkTransition,
  type Refused,
} from '../../src/engine/table/chunk-state.ts';

const transitions: readonly ChunkTransition[] = [
  'lease',
  'renew',
  'extracted',
  'loaded',
  'retried',
  'failed',
  'released',
  'adopted',
  'expired',
  'left',
  'reopened',
];

/** In the order of `transitions`; `-` is refused. Written apart from the table, to be held to it. */
const expected: Readonly<Record<ChunkState, string>> = {
  planned: 'leased - - - - - planned loaded planned planned planned',
  leased: '- leased extracted loaded leased failed planned loaded lapsed planned planned',
  lapsed: 'leased leased extracted loaded lapsed failed planned loaded lapsed planned planned',
  extracted: '- - extracted - - - - extracted extracted extracted extracted',
  loaded: '- - - loaded - - - loaded loaded loaded loaded',
  failed: '- - - - - failed - loaded failed failed planned',
};

const pairs = Object.entries(expected).flatMap(([state, row]) =>
  row.split(' ').map((word, index) => ({
    state: state as ChunkState,
    transition: transitions[index]!,
    next: (word === '-' ? 'refused' : word) as ChunkState | Refused,
  })),
);

test('every pair of state and transition is expected once', () => {
  const named = Object.entries(chunkTransitions).flatMap(([state, row]) =>
    Object.keys(row).map((transition) => `${state} ${transition}`),
  );
  const listed = pairs.map(({ state, transition }) => `${state} ${transition}`);
  expect(listed.sort()).toEqual(named.sort());
});

describe('each pair', () => {
  it.each(pairs)('$state and $transition: $next', ({ state, transition, next }) => {
    expect(chunkTransitions[state][transition]).toBe(next);
  });
});

describe('rules over the whole table', () => {
  const reach = (from: ChunkState): readonly (ChunkState | Refused)[] =>
    Object.values(chunkTransitions[from]);

  it('P2: rows that have landed never make a chunk loadable again', () => {
    for (const end of ['loaded', 'extracted'] as const) {
      expect(new Set(reach(end))).toEqual(new Set([end, 'refused']));
    }
  });

  it('P2: only a chunk that nobody has, or no longer, can be leased', () => {
    const leasable = Object.entries(chunkTransitions).filter(([, row]) => row.lease !== 'refused');
    expect(leasable.map(([state]) => state)).toEqual(['planned', 'lapsed']);
  });

  it('a result may be said again', () => {
    for (const result of ['extracted', 'loaded', 'failed'] as const) {
      expect(chunkTransitions[result][result]).toBe(result);
    }
  });

  it('P4: every chunk that is not done can be worked again', () => {
    expect(chunkTransitions.leased.expired).toBe('lapsed');
    expect(chunkTransitions.leased.left).toBe('planned');
    expect(chunkTransitions.leased.reopened).toBe('planned');
    expect(chunkTransitions.failed.reopened).toBe('planned');
  });
});
