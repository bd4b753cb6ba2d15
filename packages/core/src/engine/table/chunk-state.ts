/**
 * `lapsed`: leased, and the deadline is over: the worker's still, while nobody else has taken the chunk.
 * `extracted` and `loaded` are ends; `failed` is one for the run's invocation.
 */
export type ChunkState = 'planned' | 'leased' | 'lapsed' | 'extracted' | 'loaded' | 'failed';

/**
 * What happens to a chunk. `renew` to `released` are said by a worker under its lease, and stand here for
 * the lease that the chunk was given last; under any older one all of them are refused (I3).
 */
export type ChunkTransition =
  | 'lease'
  | 'renew'
  | 'extracted'
  | 'loaded'
  | 'retried'
  | 'failed'
  | 'released'
  /** The target's ledger has it (`recordLoaded`). */
  | 'adopted'
  /** The deadline goes by. */
  | 'expired'
  /** Its worker has left, or is known to be dead (`Sharing.left`). */
  | 'left'
  /** The run is opened again: its owner is dead, or the chunk had failed (`openRun`). */
  | 'reopened';

/** The transition can't happen in this state; a store that meets it changes nothing. */
export type Refused = 'refused';

/** In the order of a chunk's life. */
export const chunkStates = [
  'planned',
  'leased',
  'lapsed',
  'extracted',
  'loaded',
  'failed',
] as const satisfies readonly ChunkState[];

/**
 * Every pair is named, so that a new state or transition doesn't compile until it is thought
 * through. `loaded` and `extracted` are for chunks of that kind; `adopted` changes no extract chunk.
 */
export const chunkTransitions: Readonly<
  Record<ChunkState, Readonly<Record<ChunkTransition, ChunkState | Refused>>>
> = {
  planned: {
    lease: 'leased',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'refused',
    retried: 'refused',
    failed: 'refused',
    released: 'planned',
    adopted: 'loaded',
    expired: 'planned',
    left: 'planned',
    reopened: 'planned',
  },
  leased: {
    lease: 'refused',
    renew: 'leased',
    extracted: 'extracted',
    loaded: 'loaded',
    retried: 'leased',
    failed: 'failed',
    released: 'planned',
    adopted: 'loaded',
    expired: 'lapsed',
    left: 'planned',
    reopened: 'planned',
  },
  lapsed: {
    lease: 'leased',
    renew: 'leased',
    extracted: 'extracted',
    loaded: 'loaded',
    retried: 'lapsed',
    failed: 'failed',
    released: 'planned',
    adopted: 'loaded',
    expired: 'lapsed',
    left: 'planned',
    reopened: 'planned',
  },
  extracted: {
    lease: 'refused',
    renew: 'refused',
    extracted: 'extracted',
    loaded: 'refused',
    retried: 'refused',
    failed: 'refused',
    released: 'refused',
    adopted: 'extracted',
    expired: 'extracted',
    left: 'extracted',
    reopened: 'extracted',
  },
  loaded: {
    lease: 'refused',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'loaded',
    retried: 'refused',
    failed: 'refused',
    released: 'refused',
    adopted: 'loaded',
    expired: 'loaded',
    left: 'loaded',
    reopened: 'loaded',
  },
  failed: {
    lease: 'refused',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'refused',
    retried: 'refused',
    failed: 'failed',
    released: 'refused',
    adopted: 'loaded',
    expired: 'failed',
    left: 'failed',
    reopened: 'planned',
  },
};

/** What holds whatever happens, in any order, and however often; tests name them. */
export const chunkInvariants = {
  I1: 'Of the processes and workers that ask at once, one is given a chunk.',
  I2: 'Each lease of a chunk has a higher generation than the one before.',
  I3: 'Who speaks under an older lease than the last one is refused, and nothing changes.',
  I4: 'A chunk that is loaded or extracted is never given out again: its rows land once.',
  I5: 'What was said may be said again under the same lease, since the reply may have been lost: it is accepted and changes nothing.',
  I6: 'A chunk that is not loaded or extracted can always come to be: it is given out, or its lease runs out, or the run is opened again.',
  I7: 'The end of a chunk that is extracted, or divided, and the load chunks that it brings are there together, or neither is.',
  I8: 'The ledger of the target is believed in any state of a load chunk: what landed is loaded. One that is divided there has not landed: whoever leases it brings its pieces.',
  I9: 'A lease that ran out counts as a try: a chunk that kills its workers is not given out for ever.',
  I10: 'When a table begins anew all of its chunks go; nobody can say anything of them any more.',
} as const;
