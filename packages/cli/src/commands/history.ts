import { Flags } from '@oclif/core';
import { SnowmeltError, type StatusStore } from '@snowmelt/core';
import { openStatus } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { attributedFlag, configFlags } from '../base/flags.ts';
import { makeLogger, readConfig } from '../base/setup.ts';
import { formatHistory } from '../history/format-history.ts';
import {
  compareRuns,
  viewOutcome,
  type Comparison,
  type HistoryView,
} from '../history/view-history.ts';
import { outputWidth } from '../show/text-table.ts';
import { askAttributed } from '../status/attributed.ts';
import { readStatus } from '../status/read-status.ts';
import type { RunStatusView } from '../status/view-status.ts';

export default class History extends BaseCommand {
  static override summary = 'Show earlier runs: how long they took, their rows and how they ended.';
  static override description = `Of the runs that went where this configuration's tables go, newest first. --compare sets the newest
two that have ended side by side, table by table, or with two times --run those. Credits are Snowmelt's own
estimate; --attributed also shows what Snowflake itself attributes, which comes up to 8 hours late.`;
  static override examples = [
    '<%= config.bin %> history',
    '<%= config.bin %> history --compare',
    '<%= config.bin %> history --attributed',
    '<%= config.bin %> history --limit 100 --json',
  ];
  static override flags = {
    ...configFlags,
    limit: Flags.integer({
      min: 1,
      max: 1000,
      default: 20,
      helpValue: 'N',
      summary: 'The latest N runs.',
    }),
    all: Flags.boolean({ summary: 'Also runs of other configurations.' }),
    ...attributedFlag,
    compare: Flags.boolean({ summary: 'Compare two runs table by table.' }),
    run: Flags.string({
      multiple: true,
      helpValue: 'ID',
      summary: 'With --compare: this run; twice, the earlier one first.',
      dependsOn: ['compare'],
    }),
  };

  async run(): Promise<HistoryView> {
    const { flags } = await this.parse(History);
    const config = await readConfig(flags);
    const log = makeLogger({});
    await using store = await openStatus(config, log);
    const { limit, all } = flags;
    const seen = await readStatus(store, { config, limit, all });
    const { runs, ...asked } = flags.attributed
      ? await askAttributed(config, seen, log)
      : { runs: seen };
    const compared = flags.compare ? await comparison(store, runs, flags.run ?? []) : undefined;
    const view = {
      runs: runs.map(viewOutcome),
      ...asked,
      ...(compared === undefined ? {} : { compared }),
    };
    this.print(formatHistory(view, outputWidth()));
    return view;
  }
}

async function comparison(
  store: StatusStore,
  runs: readonly RunStatusView[],
  named: readonly string[],
): Promise<Comparison | undefined> {
  const ended = runs.filter(({ completedAt }) => completedAt !== undefined).map(({ id }) => id);
  const [before, after] = named.length === 0 ? [ended[1], ended[0]] : named;
  if (before === undefined || after === undefined || named.length > 2) {
    const message =
      named.length === 0
        ? 'there are no two runs of this configuration that have ended'
        : '--compare takes two times --run, or none';
    throw new SnowmeltError('CLI.USAGE', message, {
      fix: 'Name two runs: --compare --run ID --run ID; `snowmelt history --all` lists them.',
    });
  }
  return compareRuns(await store.summary(before), await store.summary(after));
}
