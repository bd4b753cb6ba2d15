// Runs one load in a process of its own, so that its CPU and memory are its own, and prints them.
import { loadByHand } from './by-hand.ts';
import { loadBySnowmelt } from './snowmelt-load.ts';
import type { MeasureRequest, Measurement } from './measure.ts';

const request = JSON.parse(process.argv[2] ?? '') as MeasureRequest;
const load = request.way === 'by-hand' ? loadByHand : loadBySnowmelt;
const measurement: Measurement = {
  ...(await load(request)),
  peakRssMib: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(measurement));
