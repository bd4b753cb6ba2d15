// Runs the function, or a state machine of it, on this machine: npm run lambda:local -- --help
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `usage: npm run lambda:local -- ACTION [options]
       npm run lambda:local -- machine resume-loop|distributed [options]
ACTION      migrate, validate_config, test_connections, plan, load, finish or abort
--source    names of sources, with commas between them; all that are enabled by default
--config    a configuration; without it the demo's servers are started, and its tables are moved
--seconds   how long an invocation may take; 900 by default, 30 of a machine
--event     more of the event, as JSON`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string' },
    config: { type: 'string' },
    seconds: { type: 'string' },
    event: { type: 'string', default: '{}' },
    help: { type: 'boolean', default: false },
  },
});
const [action, machine] = positionals;
if (values.help || action === undefined || (action === 'machine') !== (machine !== undefined)) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

// The lines that CloudWatch would get go to stderr, so that stdout is the answer alone.
const answerTo = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const { createHandler } = await import('../dist/index.js');
await using demo = values.config === undefined ? await startServers() : undefined;
const config =
  demo === undefined ? await readFile(values.config, 'utf8') : JSON.stringify(demo.config);
const handler = createHandler({ ...process.env, SNOWMELT_CONFIG: inline(config) });
const stopped = Promise.withResolvers();
process.once('SIGINT', () => stopped.resolve({ code: 130 }));
process.once('SIGTERM', () => stopped.resolve({ code: 143 }));

const event = {
  ...JSON.parse(values.event),
  ...(values.source ? { source_name: values.source } : {}),
};
const { code, output } = await Promise.race([stopped.promise, carryOut()]);
if (output !== undefined) answerTo(`${JSON.stringify(output, undefined, 2)}\n`);
await demo?.[Symbol.asyncDispose]();
process.exit(code);

async function carryOut() {
  if (action === 'machine') return await runFile();
  const answer = await invoke({ action, ...event }, Number(values.seconds ?? 900));
  return { code: answer.statusCode < 400 ? 0 : 1, output: answer };
}

async function runFile() {
  const { readMachine, runMachine } = await import('./local-machine.mjs');
  const file = fileURLToPath(new URL(`../statemachines/${machine}.asl.json`, import.meta.url));
  const seconds = Number(values.seconds ?? 30);
  const task = (given) => invoke(given, seconds);
  const { ended, output, failure } = await runMachine(await readMachine(file), event, task);
  const told = failure === undefined ? { output } : { error: failure.name, cause: failure.message };
  return { code: failure === undefined ? 0 : 1, output: { ended, ...told } };
}

/** As Lambda would: with a context whose clock runs, and an error where the time is up. */
async function invoke(given, seconds) {
  const end = performance.now() + seconds * 1000;
  const requestId = crypto.randomUUID();
  const context = {
    functionName: 'snowmelt',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:snowmelt',
    memoryLimitInMB: '1769',
    awsRequestId: requestId,
    logGroupName: '/aws/lambda/snowmelt',
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
  };
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${requestId} Task timed out after ${seconds} seconds`);
      error.name = 'Sandbox.Timedout';
      reject(error);
    }, seconds * 1000);
  });
  try {
    return await Promise.race([handler(given, context), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function startServers() {
  const { startDemo } = await import('@snowmelt/demo');
  const tell = (line) => process.stderr.write(`${line}\n`);
  return await startDemo({ tell });
}

/** A text of several lines, or one that begins with a brace, is the configuration itself. */
function inline(text) {
  return text.includes('\n') || text.trimStart().startsWith('{') ? text : `${text}\n`;
}
