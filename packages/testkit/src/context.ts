export { fastClock, manualClock, type ManualClock } from './context/clocks.ts';
export { testContext, type TestContext } from './context/test-context.ts';
