import type { Target } from '@snowmelt/core';

import { changesCases } from '../../src/conformance/target/changes-cases.ts';
import { failureCases } from '../../src/conformance/target/failure-cases.ts';
import { loadCases } from '../../src/conformance/target/load-cases.ts';
import { mergeCases } from '../../src/conformance/target/merge-cases.ts';
import { missingCases } from '../../src/conformance/target/missing-cases.ts';
import { overtakenCases } from '../../src/conformance/target/overtaken-cases.ts';
import { prepareCases } from '../../src/conformance/target/prepare-cases.ts';
import { publishCases } from '../../src/conformance/target/publish-cases.ts';
import { rejectCases } from '../../src/conformance/target/reject-cases.ts';
import { swapCases } from '../../src/conformance/target/swap-cases.ts';
import { valueCases } from '../../src/conformance/target/value-cases.ts';
import { MemoryDatabase, memoryTarget } from '../../src/memory.ts';
import { failingCases } from './failing-cases.ts';

const groups = [
  prepareCases,
  loadCases,
  valueCases,
  failureCases,
  publishCases,
  mergeCases,
  swapCases,
  missingCases,
  rejectCases,
  changesCases,
  overtakenCases,
];

/** What the suite says of a target with a defect. */
export function targetFailures(
  defect: (target: Target, database: MemoryDatabase) => Partial<Target>,
) {
  return failingCases(groups, () => {
    const database = new MemoryDatabase();
    const open = async () => {
      const target = memoryTarget({ database });
      return { ...target, ...defect(target, database) };
    };
    return {
      open,
      ref: (name) => ({ database: 'shop', schema: 'public', name }),
      readRows: async (ref, columns) => database.rows(ref, columns).map((row) => [...row]),
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
}
