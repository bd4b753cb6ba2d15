import { Args } from '@oclif/core';
import { SnowmeltError, type Config } from '@snowmelt/core';
import { openSource } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags, logFlags } from '../base/flags.ts';
import { makeContext, makeLogger, readConfig, type SetupFlags } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { discover, formatDiscover, type DiscoverView } from '../discover/discover-tables.ts';
import { listsOf } from '../init/choose-tables.ts';
import { connectConfig, nowhere } from '../init/first-config.ts';
import {
  missingLogin,
  snowflakeFlags,
  snowflakePart,
  type SnowflakeFlags,
} from '../init/login-flags.ts';
import { outputWidth } from '../show/text-table.ts';

export default class Discover extends BaseCommand {
  static override summary = 'List what is in Snowflake: schemas, tables, rows, sizes, comments.';
  static override description = `Without a name, all schemas; of a database its schemas and tables, of a schema its tables. What the role may
not see is not listed. No warehouse is needed, and two statements are enough for 10,000 tables of a schema.

Logs in as the configuration says, or with --account as flags say.

Exit codes: 0 listed; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> discover',
    '<%= config.bin %> discover SALES',
    "<%= config.bin %> discover 'SALES.PUBLIC.FACT_*' --json",
    '<%= config.bin %> discover SALES --account ORG-ACCOUNT --user LOADER --private-key-file loader.p8',
  ];
  static override args = {
    name: Args.string({
      description: 'DB, DB.SCHEMA or DB.SCHEMA.TABLE; * stands for any characters.',
    }),
  };
  static override flags = { ...configFlags, ...snowflakeFlags, ...logFlags };

  async run(): Promise<DiscoverView> {
    const { args, flags } = await this.parse(Discover);
    const config = flags.account === undefined ? await readConfig(flags) : await byFlags(flags);
    await using source = await openSource(config);
    using stop = listenForStop((line) => process.stderr.write(`${line}\n`));
    const context = makeContext(makeLogger(flags), stop.signal);
    const view = await discover(args.name, listsOf(source), context);
    this.print(formatDiscover(view, outputWidth()));
    return view;
  }
}

async function byFlags(flags: SnowflakeFlags & SetupFlags): Promise<Config> {
  const missing = missingLogin(flags);
  if (missing.length > 0) {
    throw new SnowmeltError('CLI.USAGE', `there is no ${missing.join(', ')}`, {
      fix: 'Say these flags, or leave --account out and say --config.',
    });
  }
  const snowflake = snowflakePart(flags);
  return await connectConfig({ ...nowhere, snowflake, env: process.env, path: 'config.json' });
}
