export { connectionNeed, openSource, openStatus, openTarget } from './adapters.ts';
export { matchConfig } from './match-config.ts';
export { logProgress } from './log-progress.ts';
