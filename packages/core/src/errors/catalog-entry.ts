/** Whether it helps to do it again. */
export type Retry = 'never' | 'chunk' | 'run';

export interface CatalogEntry {
  readonly meaning: string;
  /** `chunk`: the same chunk may succeed when tried again; `run`: a new invocation may. */
  readonly retry: Retry;
  readonly fix: string;
}

export const entry = (retry: Retry, meaning: string, fix: string): CatalogEntry => ({
  retry,
  meaning,
  fix,
});
