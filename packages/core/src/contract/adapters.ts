import type { Source } from './source.ts';
import type { StatusStore } from './status-store.ts';
import type { Target } from './target.ts';

/** The three adapters that a run works with. */
export interface Adapters {
  readonly source: Source;
  readonly target: Target;
  readonly status: StatusStore;
}
