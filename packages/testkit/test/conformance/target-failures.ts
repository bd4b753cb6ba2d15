import type { WholeTarget } from '@snowmelt/core';

import { targetGroups } from '../../src/conformance/target/target-conformance.ts';
import { MemoryDatabase, memoryTarget, type MemoryTarget } from '../../src/memory.ts';
import { failingCases } from './failing-cases.ts';

/** What the suite says of a target with a defect. */
export function targetFailures(
  defect: (target: MemoryTarget, database: MemoryDatabase) => Partial<MemoryTarget>,
) {
  return failingCases(targetGroups, () => {
    const database = new MemoryDatabase();
    const open = async () => {
      const target = memoryTarget({ database });
      // All modes are loaded by its own methods, so that a defect is in all of them.
      return { ...target, ...defect(target, database) } as unknown as WholeTarget;
    };
    return {
      open,
      ref: (name) => ({ database: 'shop', schema: 'public', name }),
      emptyTable: async (ref) => database.createTable(ref, database.schema(ref)!.columns),
      readRows: async (ref, columns) => database.rows(ref, columns).map((row) => [...row]),
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
}
