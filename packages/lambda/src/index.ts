export { parseEvent, type LambdaEvent } from './parse-event.ts';
