// A plain Node process that stands for Lambda: loads the function of a folder, invokes it once with a
// context whose clock runs, and prints what came of it behind a mark.
import { pathToFileURL } from 'node:url';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, seconds, event] = process.argv.slice(2);
const begun = performance.now();
const { handler } = await import(pathToFileURL(join(folder, 'function.mjs')).href);
const imported = performance.now() - begun;
const end = performance.now() + Number(seconds) * 1000;
// Lambda ends an environment whose time is up, whatever it does.
setTimeout(() => process.exit(124), Number(seconds) * 1000).unref();
const context = {
  functionName: 'snowmelt',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:snowmelt',
  memoryLimitInMB: '1024',
  awsRequestId: crypto.randomUUID(),
  logGroupName: '/aws/lambda/snowmelt',
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
};
const importedRssMib = Math.round(process.memoryUsage.rss() / 1048576);
const outcome = await handler(JSON.parse(event), context).then(
  (answer) => ({ answer }),
  (error) => ({ errorType: error.name, errorMessage: error.message }),
);
const peakRssMib = Math.round(peakRssKib() / 1024);
process.stdout.write(
  `\u0000${JSON.stringify({ ...outcome, imported, importedRssMib, peakRssMib })}`,
  () => process.exit(0),
);

/** Linux counts in `maxRSS` what the process was forked from, which is the test with its servers. */
function peakRssKib() {
  const status = '/proc/self/status';
  const own = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
  return own === null ? process.resourceUsage().maxRSS : Number(own[1]);
}
