// Runs one load in a process of its own, so that its CPU and memory are its own, and prints them.
import { loadByHand } from './by-hand.ts';
import { loadBySnowmelt } from './snowmelt-load.ts';
import type { MeasureRequest, Measurement } from './measure.ts';
import { scenarios } from './scenario.ts';

const request = JSON.parse(process.argv[2] ?? '') as MeasureRequest;
const byHand = scenarios[request.scenario].byHand?.(request.table);
const measurement: Measurement = {
  ...(await (request.way === 'baseline' && byHand !== undefined
    ? loadByHand(request, byHand)
    : loadBySnowmelt(request))),
  peakRssMib: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(measurement));
