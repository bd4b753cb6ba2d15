export { sourceConformance } from './conformance/source/source-conformance.ts';
export type { SampleTable, SourceHarness } from './conformance/source/source-harness.ts';
export { statusStoreConformance } from './conformance/status/status-store-conformance.ts';
export type { StatusStoreHarness } from './conformance/status/status-store-harness.ts';
export { targetConformance } from './conformance/target/target-conformance.ts';
export type { TargetHarness } from './conformance/target/target-harness.ts';
export { comparableText } from './digest/comparable-text.ts';
export { referenceDigest } from './digest/reference-digest.ts';
