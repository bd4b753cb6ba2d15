import { registerSuite } from '../cases.ts';
import { chunkCases } from './chunk-cases.ts';
import { claimCases } from './claim-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { modelCases } from './model-cases.ts';
import { runCases } from './run-cases.ts';
import { sharingCases } from './sharing-cases.ts';
import type { StatusStoreHarness } from './status-store-harness.ts';
import { summaryCases } from './summary-cases.ts';
import { supersededCases } from './superseded-cases.ts';
import { tableCases } from './table-cases.ts';

/** Registers what every `StatusStore` must keep. Call it at the top level of a test file. */
export function statusStoreConformance(
  name: string,
  makeHarness: () => Promise<StatusStoreHarness>,
): void {
  registerSuite({
    name: `${name} keeps the StatusStore contract`,
    makeHarness,
    groups: {
      runs: runCases,
      claims: claimCases,
      superseded: supersededCases,
      tables: tableCases,
      leases: leaseCases,
      chunks: chunkCases,
      sharing: sharingCases,
      states: modelCases,
      summaries: summaryCases,
    },
  });
}
