#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
// The package's own entry: the source in the workspace, `dist` where it is installed.
// oxlint-disable-next-line no-restricted-imports
import { startEmulator } from '@snowmelt/snowflake-emulator';

const usage = `Usage: snowflake-emulator --user USER (--password PASSWORD | --public-key FILE | --token TOKEN)

Starts a local server that the snowflake-sdk driver takes for Snowflake. Ctrl-C stops it.

  --user USER          who may log in
  --password PASSWORD  by this password; or SNOWFLAKE_EMULATOR_PASSWORD from the environment
  --public-key FILE    by the key pair whose public half (PEM) is in this file
  --token TOKEN        by this OAuth or programmatic access token
  --account ACCOUNT    account name that clients state (default: emulator)
  --host HOST          address to listen on (default: 127.0.0.1)
  --port PORT          port to listen on (default: 0, any free one)
  --database NAME      a database to begin with; may be given more than once
  --directory DIR      where staged files and spill files go (default: a temporary directory)
  --verbose            one JSON line on stderr for each request
  --help               this text
`;

const text = { type: 'string' };
const options = {
  user: text,
  password: text,
  'public-key': text,
  token: text,
  account: text,
  host: text,
  port: text,
  directory: text,
  database: { type: 'string', multiple: true },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

/** Writes the reason and the usage to stderr; 2 is the exit code of an expected failure. */
function refuse(reason) {
  process.stderr.write(`${reason}\n\n${usage}`);
  process.exitCode = 2;
}

function parse() {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    refuse(error.message);
    return undefined;
  }
}

async function userOf(flags) {
  const password = flags.password ?? process.env.SNOWFLAKE_EMULATOR_PASSWORD;
  const file = flags['public-key'];
  const publicKey = file === undefined ? undefined : await readFile(file, 'utf8');
  return { name: flags.user, password, publicKey, token: flags.token };
}

function logLine(event, { error, ...fields }) {
  const detail = error === undefined ? {} : { error: error.stack ?? String(error) };
  process.stderr.write(`${JSON.stringify({ event, ...fields, ...detail })}\n`);
}

async function serve(flags, user) {
  const { account, host, directory, database, verbose, port = '0' } = flags;
  const emulator = await startEmulator({
    users: [user],
    account,
    host,
    directory,
    databases: database,
    port: Number(port),
    ...(verbose ? { log: logLine } : {}),
  });
  console.log(
    `Snowflake emulator ready: accessUrl=${emulator.accessUrl} account=${emulator.account} ` +
      `user=${user.name} (give the driver these three and the credentials; Ctrl-C stops it)`,
  );
  const stop = () => void emulator.close();
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

async function main() {
  const flags = parse();
  if (flags === undefined) return;
  if (flags.help) {
    console.log(usage);
    return;
  }
  if (flags.user === undefined) return refuse('--user is missing.');
  const port = String(flags.port ?? '0');
  if (!/^\d+$/.test(port)) return refuse(`--port ${port} is not a number.`);
  try {
    const user = await userOf(flags);
    if (!user.password && !user.publicKey && !user.token) {
      return refuse('A way to log in is missing: --password, --public-key or --token.');
    }
    await serve(flags, user);
  } catch (error) {
    refuse(`The emulator could not start: ${error.message}`);
  }
}

await main();
