export type { FaultInjector, OpenFault } from './memory/chunk-stream.ts';
export { changeLoading } from './memory/change-loading.ts';
export { aroundCalls, dying, Killed } from './memory/dying.ts';
export { MemoryDatabase } from './memory/memory-database.ts';
export {
  memorySource,
  type MemorySource,
  type MemorySourceOptions,
} from './memory/memory-source.ts';
export {
  memoryTarget,
  type LoadFault,
  type MemoryTarget,
  type MemoryTargetOptions,
} from './memory/memory-target.ts';
export { MemoryWarehouse, type MemoryTable } from './memory/memory-warehouse.ts';
export type { MemoryValue, TextRow } from './memory/rows.ts';
export {
  memoryStatusStore,
  type MemoryStatusOptions,
  type MemoryStatusStore,
} from './memory-status/memory-status-store.ts';
export { MemoryStatusState } from './memory-status/status-state.ts';
