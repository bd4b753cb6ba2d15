export type { SnowflakeSourceOptions } from './connect/options.ts';
export { createSnowflakeSource } from './source.ts';
