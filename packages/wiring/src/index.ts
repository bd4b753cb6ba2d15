export { connectionNeed, openSource, openStatus, openTarget } from './adapters.ts';
export { logProgress } from './log-progress.ts';
