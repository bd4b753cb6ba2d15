/** `extracted` and `loaded` are ends; `failed` is one for the run's invocation. */
export type ChunkState = 'planned' | 'leased' | 'extracted' | 'loaded' | 'failed';

/**
 * What happens to a chunk. `expired`: its lease ran out; `reopened`: the run is gone on with, and
 * whoever had the chunk is dead or had failed with it; the others are those of the store's methods.
 */
export type ChunkTransition =
  | 'lease'
  | 'renew'
  | 'extracted'
  | 'loaded'
  | 'retried'
  | 'failed'
  | 'released'
  | 'expired'
  | 'reopened';

/** The transition can't happen in this state; a store that meets it changes nothing. */
export type Refused = 'refused';

/**
 * Every pair is named, so that a new state or transition doesn't compile until it is thought
 * through. A result that is there already may be said again, since the reply to the first time
 * may have been lost; and `loaded` is also what the target's ledger says, which is believed in any
 * state but that of an extract chunk's end.
 */
export const chunkTransitions: Readonly<
  Record<ChunkState, Readonly<Record<ChunkTransition, ChunkState | Refused>>>
> = {
  planned: {
    lease: 'leased',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'loaded',
    retried: 'refused',
    failed: 'refused',
    released: 'planned',
    expired: 'refused',
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
    expired: 'planned',
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
    expired: 'refused',
    reopened: 'refused',
  },
  loaded: {
    lease: 'refused',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'loaded',
    retried: 'refused',
    failed: 'refused',
    released: 'refused',
    expired: 'refused',
    reopened: 'refused',
  },
  failed: {
    lease: 'refused',
    renew: 'refused',
    extracted: 'refused',
    loaded: 'loaded',
    retried: 'refused',
    failed: 'failed',
    released: 'refused',
    expired: 'refused',
    reopened: 'planned',
  },
};
