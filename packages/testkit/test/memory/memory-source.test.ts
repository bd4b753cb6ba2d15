import { sourceConformance } from '../../src/conformance.ts';
import type { SampleTable } from '../../src/conformance.ts';
import { memorySource, MemoryWarehouse } from '../../src/memory.ts';
import type { MemorySource, MemoryTable } from '../../src/memory.ts';

sourceConformance('memorySource', async () => {
  const warehouse = new MemoryWarehouse();
  const sources: MemorySource[] = [];
  const create = (table: SampleTable, traits: Partial<MemoryTable>) => {
    const ref = { database: 'SHOP', schema: 'SALES', name: table.name };
    warehouse.createTable({ ...table, ref, ...traits });
    return ref;
  };
  return {
    extracts: ['query', 'unload'],
    open: async () => {
      const source = memorySource({ warehouse });
      sources.push(source);
      return source;
    },
    createTable: async (table) => create(table, { untracked: true }),
    createTracked: async (table) => create(table, {}),
    createUnpinnable: async (table) => create(table, { unpinnable: 'it keeps no past' }),
    replaceRows: async (ref, rows) => warehouse.replaceRows(ref, rows),
    produced: () => sources.reduce((sum, source) => sum + source.rendered(), 0),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
