import { registerSuite } from '../cases.ts';
import { anewCases } from './anew-cases.ts';
import { changesCases } from './changes-cases.ts';
import { failureCases } from './failure-cases.ts';
import { loadCases } from './load-cases.ts';
import { mergeCases } from './merge-cases.ts';
import { missingCases } from './missing-cases.ts';
import { overtakenCases } from './overtaken-cases.ts';
import { prepareCases } from './prepare-cases.ts';
import { publishCases } from './publish-cases.ts';
import { swapCases } from './swap-cases.ts';
import { rejectCases } from './reject-cases.ts';
import type { TargetHarness } from './target-harness.ts';
import { valueCases } from './value-cases.ts';

/** Registers what every `Target` must keep. Call it at the top level of a test file. */
export function targetConformance(name: string, makeHarness: () => Promise<TargetHarness>): void {
  registerSuite({
    name: `${name} keeps the Target contract`,
    makeHarness,
    groups: {
      prepare: prepareCases,
      restart: anewCases,
      load: loadCases,
      values: valueCases,
      failures: failureCases,
      merge: mergeCases,
      swap: swapCases,
      missing: missingCases,
      changes: changesCases,
      publish: publishCases,
      rejects: rejectCases,
      overtaken: overtakenCases,
    },
  });
}
