// Loaded into the process that is measured, before it does anything: tells at its end what it took.
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_USAGE'];
if (file !== undefined) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const usage = { peakRssMib: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
    writeFileSync(file, JSON.stringify(usage));
  });
}
