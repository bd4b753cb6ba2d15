import { registerSuite } from '../cases.ts';
import { changesCases } from './changes-cases.ts';
import { chunkCases } from './chunk-cases.ts';
import { describeCases } from './describe-cases.ts';
import { casesOf } from './mode-cases.ts';
import { readCases } from './read-cases.ts';
import { snapshotCases } from './snapshot-cases.ts';
import type { SourceHarness } from './source-harness.ts';

/** Registers what every `Source` must keep. Call it at the top level of a test file. */
export function sourceConformance(name: string, makeHarness: () => Promise<SourceHarness>): void {
  registerSuite({
    name: `${name} keeps the Source contract`,
    makeHarness,
    groups: {
      describe: describeCases,
      'read by query': casesOf('query', readCases),
      'read by unload': casesOf('unload', readCases),
      'chunks by query': casesOf('query', chunkCases),
      'chunks by unload': casesOf('unload', chunkCases),
      'snapshots by query': casesOf('query', snapshotCases),
      'snapshots by unload': casesOf('unload', snapshotCases),
      'changes by query': casesOf('query', changesCases),
      'changes by unload': casesOf('unload', changesCases),
    },
  });
}
