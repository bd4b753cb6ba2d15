import { statusStoreConformance } from '../../src/conformance.ts';
import { manualClock } from '../../src/context.ts';
import { memoryStatusStore, MemoryStatusState } from '../../src/memory.ts';

statusStoreConformance('memoryStatusStore', async () => {
  const clock = manualClock();
  const state = new MemoryStatusState();
  return {
    leaseMilliseconds: 60_000,
    open: async () => memoryStatusStore({ clock, state, leaseMilliseconds: 60_000 }),
    crash: async (store) => {
      await store[Symbol.asyncDispose]();
    },
    passTime: async (milliseconds) => clock.advance(milliseconds),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
