import { access } from 'node:fs/promises';

import { Flags } from '@oclif/core';
import { SnowmeltError, type WorkContext } from '@snowmelt/core';
import { openSource, openTarget } from '@snowmelt/wiring';
import { dim } from 'ansis';

import { BaseCommand } from '../base/base-command.ts';
import { makeContext, makeLogger } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { askPostgres, askSnowflake } from '../init/ask-logins.ts';
import { askTables } from '../init/ask-tables.ts';
import { chooseTables, listsOf, type Choice } from '../init/choose-tables.ts';
import { composeSources, type ProposedTable } from '../init/compose-config.ts';
import { connectConfig, nowhere, type Logins } from '../init/first-config.ts';
import { missingLogin, snowflakeFlags, snowflakePart } from '../init/login-flags.ts';
import { postgresPart } from '../init/postgres-part.ts';
import { writeConfig } from '../init/write-config.ts';
import { outputWidth } from '../show/text-table.ts';
import { wrapText } from '../terminal/text-width.ts';

export interface InitView {
  readonly config: string;
  readonly tables: readonly ProposedTable[];
}

export default class Init extends BaseCommand {
  static override summary = 'Write a configuration: asks, connects, and proposes how tables move.';
  static override description = `Each login is tried as it is given. Tables are chosen from what the role may see, and how each is moved
is proposed by what Snowflake's catalog says of it, with the reason beside it in the file. Secrets stay
out of the file: it names their variables.

With --yes nothing is asked, and flags say all. A file that is there is not overwritten without --force.

Exit codes: 0 written; 2 a failure that the message explains; 3 left by Ctrl-C; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> init',
    "<%= config.bin %> init --account ORG-ACCOUNT --user LOADER --private-key-file loader.p8 --pg-url postgresql://loader@db.example.com/warehouse --table 'SALES.PUBLIC.*' --yes",
  ];
  static override flags = {
    config: Flags.string({
      char: 'c',
      default: 'config.json',
      helpValue: 'FILE',
      summary: 'The file to write.',
    }),
    ...snowflakeFlags,
    'pg-url': Flags.string({
      helpValue: 'URL',
      summary: 'PostgreSQL: postgresql://user@host:port/database; the password by PGPASSWORD.',
    }),
    table: Flags.string({
      multiple: true,
      helpValue: 'DB.SCHEMA.TABLE',
      summary: 'Tables to move; repeatable, and * stands for any characters of the name.',
    }),
    yes: Flags.boolean({ char: 'y', summary: 'Ask nothing: flags say all.' }),
    force: Flags.boolean({ summary: 'Overwrite the file if it is there.' }),
  };

  async run(): Promise<InitView> {
    try {
      return await this.#init();
    } catch (error) {
      throw isLeft(error) ? left(error) : error;
    }
  }

  async #init(): Promise<InitView> {
    const { flags } = await this.parse(Init);
    const asks = !flags.yes && process.stdin.isTTY && !this.jsonEnabled();
    if (!flags.force) await refuseThere(flags.config);
    if (!asks) refuseMissing(flags);
    using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
    const context = makeContext(makeLogger({}), stop.signal);
    const logins = asks ? await askedLogins(flags, context) : await givenLogins(flags, context);
    await using source = await openSource(await connectConfig(logins));
    const lists = listsOf(source);
    const named = flags.table ?? [];
    const choices: Choice[] = [];
    for (const text of named) choices.push(await chooseTables(text, lists, context));
    if (asks && named.length === 0) choices.push(...(await askTables(lists, context)));
    const { targetDatabase } = logins;
    const { sources, tables } = await composeSources(choices, targetDatabase, { source, context });
    await writeConfig(sources, logins, { overwrite: flags.force });
    const lines = formatInit({ config: flags.config, tables }, logins);
    this.print(lines.flatMap((line) => wrapText(line, outputWidth())));
    return { config: flags.config, tables };
  }
}

/** Ctrl-C in a question, as the prompts tell it. */
function isLeft(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}

function left(cause: unknown): SnowmeltError {
  return new SnowmeltError('RUN.STOPPED', 'left before anything was written', {
    cause,
    fix: 'The same command asks again.',
  });
}

type Given = Parameters<typeof snowflakePart>[0] & {
  readonly config: string;
  readonly 'pg-url'?: string | undefined;
  readonly table?: readonly string[] | undefined;
};

async function refuseThere(path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (!there) return;
  throw new SnowmeltError('CLI.USAGE', `${path} is there already`, {
    fix: 'Say --force to overwrite it, or another file with --config.',
  });
}

function refuseMissing(flags: Given): void {
  const missing = [
    ...missingLogin(flags),
    ...(flags['pg-url'] === undefined ? ['--pg-url'] : []),
    ...(flags.table === undefined ? ['--table'] : []),
  ];
  if (missing.length === 0) return;
  throw new SnowmeltError('CLI.USAGE', `nothing is asked, and there is no ${missing.join(', ')}`, {
    fix: 'Say these flags, or leave --yes and --json out on a terminal.',
  });
}

async function givenLogins(flags: Given, context: WorkContext): Promise<Logins> {
  const { env, part, database } = postgresPart(flags['pg-url'] ?? '', process.env);
  const logins: Logins = {
    snowflake: snowflakePart(flags),
    postgres: part,
    targetDatabase: database,
    env: { ...process.env, ...env },
    path: flags.config,
  };
  for (const ping of [pingSnowflake, pingPostgres]) await ping(logins, context);
  return logins;
}

async function askedLogins(flags: Given, context: WorkContext): Promise<Logins> {
  const path = flags.config;
  const from = await askSnowflake(flags, process.env, (part) =>
    pingSnowflake({ ...nowhere, ...part, path }, context),
  );
  const to = await askPostgres(flags['pg-url'], from.env, (login) =>
    pingPostgres({ ...from, ...login, path }, context),
  );
  return { ...from, ...to, path };
}

async function pingSnowflake(logins: Logins, context: WorkContext): Promise<string> {
  await using source = await openSource(await connectConfig(logins));
  return await source.ping(context);
}

async function pingPostgres(logins: Logins, context: WorkContext): Promise<string> {
  await using target = await openTarget(await connectConfig(logins), context.log);
  return await target.ping(logins.targetDatabase, context);
}

function formatInit({ config, tables }: InitView, { env }: Logins): readonly string[] {
  const typed = Object.keys(env).filter((name) => process.env[name] !== env[name]);
  return [
    ...tables.flatMap(({ source, why }) => [source, dim(`    ${why}`)]),
    '',
    `${config} is written: ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}. Read it, then:`,
    ...typed.map((name) => `  export ${name}=…    # it is not in the file`),
    '  snowmelt check             # connections, rights, tables',
    '  snowmelt plan              # what would be done',
    '  snowmelt run --limit 1000  # a first try: 1,000 rows each',
    '  snowmelt run               # all rows',
  ];
}
