export type { SnowflakeSourceOptions } from './options.ts';
export { createSnowflakeSource } from './source.ts';
