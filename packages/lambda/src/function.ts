// What Lambda loads: `function.handler`.
import { createHandler } from './handler.ts';

export const handler = createHandler();
