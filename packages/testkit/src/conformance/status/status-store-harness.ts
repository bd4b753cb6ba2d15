import type { StatusStore } from '@snowmelt/core';

/**
 * What the suite needs of an adapter: state that no other harness sees. Disposing it closes every
 * store that it opened and the case did not.
 */
export interface StatusStoreHarness extends AsyncDisposable {
  /** How long the stores' leases hold. Make it long against the time that a case takes. */
  readonly leaseMilliseconds: number;
  /** A store as one more process would open it, on this harness's state. Not migrated yet. */
  open(): Promise<StatusStore>;
  /** Ends a store's process as `kill -9` does: its connections are gone, nothing is released. */
  crash(store: StatusStore): Promise<void>;
  /** Lets so much time pass for the store: by its clock, or by ageing what is stored. */
  passTime(milliseconds: number): Promise<void>;
}
