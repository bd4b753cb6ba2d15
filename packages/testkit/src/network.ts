export { startStallProxy, type StallProxy, type Trip } from './network/stall-proxy.ts';
