import { chunkTransitions, type ChunkEvent, type ChunkState } from '@snowmelt/core';

/** What `migration_chunk_status.status` says, in the words of the earlier tool. */
export type StatusWord = 'pending' | 'in_progress' | 'completed' | 'failed';

export const statusWords: Readonly<Record<ChunkState, StatusWord>> = {
  planned: 'pending',
  leased: 'in_progress',
  extracted: 'completed',
  loaded: 'completed',
  failed: 'failed',
};

/** The word for a leased chunk after an event. */
export function wordAfter(event: ChunkEvent): StatusWord {
  const state = chunkTransitions.leased[event.type];
  if (state === 'refused') throw new RangeError(`a leased chunk takes no ${event.type}`);
  return statusWords[state];
}
