// A plain Node process that stands for Lambda: loads the function of a folder, invokes it with a context
// whose clock runs, and prints what came of it behind a mark. A list of events is one environment that is
// invoked again and again; "$run_id" in one is the run of the answer before.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, seconds, given] = process.argv.slice(2);
const begun = performance.now();
const { handler } = await import(pathToFileURL(join(folder, 'function.mjs')).href);
const imported = performance.now() - begun;
const importedRssMib = Math.round(process.memoryUsage.rss() / 1048576);
const outcomes = [];
for (const event of [JSON.parse(given)].flat()) outcomes.push(await invoke(event));
const outcome = { ...outcomes.at(-1), before: outcomes.slice(0, -1) };
const peakRssMib = Math.round(peakRssKib() / 1024);
process.stdout.write(
  `\u0000${JSON.stringify({ ...outcome, imported, importedRssMib, peakRssMib })}`,
  () => process.exit(0),
);

async function invoke(event) {
  const end = performance.now() + Number(seconds) * 1000;
  // Lambda ends an environment whose time is up, whatever it does.
  const over = setTimeout(() => process.exit(124), Number(seconds) * 1000);
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
  const run = outcomes.at(-1)?.answer?.body.run_id;
  const asked = event.run_id === '$run_id' ? { ...event, run_id: run } : event;
  try {
    return { answer: await handler(asked, context) };
  } catch (error) {
    return { errorType: error.name, errorMessage: error.message };
  } finally {
    clearTimeout(over);
  }
}

/** Linux counts in `maxRSS` what the process was forked from, which is the test with its servers. */
function peakRssKib() {
  const status = '/proc/self/status';
  const own = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8')) : null;
  return own === null ? process.resourceUsage().maxRSS : Number(own[1]);
}
