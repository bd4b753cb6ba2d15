export { connectionNeed, connectionsOf, connectionTotal } from './connection-need.ts';
export { openSource, openStatus, openTarget } from './adapters.ts';
export { matchConfig } from './match-config.ts';
export { logEnd, logProgress } from './log-progress.ts';
export { noticeOf, noticeOfError, notifyEnd, type RunNotice } from './notify.ts';
export { tellAll } from './tell-all.ts';
