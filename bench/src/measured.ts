// Runs one load in a process of its own, so that its CPU and memory are its own, and prints them.
import { rawCopy } from './raw-copy.ts';
import { snowmeltLoad } from './snowmelt-load.ts';
import type { MeasureRequest, Measurement } from './measure.ts';

const request = JSON.parse(process.argv[2] ?? '') as MeasureRequest;
const { url, table, files, connections } = request;
const seconds =
  request.way === 'raw'
    ? await rawCopy(url, table, files.plain, connections)
    : await snowmeltLoad(url, table, files, connections);
const { user, system } = process.cpuUsage();
const measurement: Measurement = {
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakRssMib: process.resourceUsage().maxRSS / 1024,
};
console.log(JSON.stringify(measurement));
