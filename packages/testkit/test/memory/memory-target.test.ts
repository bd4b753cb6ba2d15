import { targetConformance } from '../../src/conformance.ts';
import { MemoryDatabase, memoryTarget } from '../../src/memory.ts';

targetConformance('memoryTarget', async () => {
  const database = new MemoryDatabase();
  return {
    open: async () => memoryTarget({ database }),
    ref: (name) => ({ database: 'shop', schema: 'public', name }),
    emptyTable: async (ref) => database.createTable(ref, database.schema(ref)!.columns),
    readRows: async (ref, columns) => database.rows(ref, columns).map((row) => [...row]),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
