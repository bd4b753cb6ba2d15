import { createInterface } from 'node:readline/promises';

import { Flags } from '@oclif/core';

import { BaseCommand } from '../base/base-command.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { configFlags, logFlags } from '../base/flags.ts';
import { openSides } from '../plan/open-sides.ts';
import { repairAfterAsking, type Person } from '../ask/repair-after-asking.ts';
import { repairAll, type RepairView } from '../repair/repair-all.ts';
import { makeLogger, readConfig } from '../base/setup.ts';
import { formatRepair, isSettled } from '../show/repaired.ts';
import { openStatus } from '@snowmelt/wiring';

export default class Repair extends BaseCommand {
  static override summary =
    'Bring back indexes and constraints that a run has dropped, and clear away what it has left.';
  static override description = `Looks into all target databases of the configuration. Tables that a live run is loading are left
alone. Nothing changes where nothing is missing, nor with --dry-run. On a terminal it shows first what it
would do and asks, but with --yes.

A full refresh by swap gathers rows in a table of the schema snowmelt, delete_missing keys. One that was
left behind is removed where no run can go on with it; the rows of the target are not touched. Where its
run can still go on, it stays: the same command as before finishes that run. --drop-shadows removes it as
well, and the run ends: start the next one with --no-resume.

Sessions of PostgreSQL that still work for a run whose process is gone are ended, and stages in Snowflake
are dropped whose run has ended; both by what the status database knows of the run.

Exit codes: 0 nothing is missing any more; 4 something still is, or could not be removed, or with
--dry-run would be done; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> repair -c config.json',
    '<%= config.bin %> repair --dry-run',
    '<%= config.bin %> repair --drop-shadows',
    '<%= config.bin %> repair --json',
  ];
  static override flags = {
    ...configFlags,
    'dry-run': Flags.boolean({
      description: 'Say what would be done, and do nothing.',
      default: false,
    }),
    yes: Flags.boolean({
      char: 'y',
      description: 'Do it without asking, on a terminal too.',
      default: false,
      exclusive: ['dry-run'],
    }),
    'drop-shadows': Flags.boolean({
      description: 'Also remove what swaps have gathered in runs that could still go on.',
      default: false,
    }),
    ...logFlags,
  };

  async run(): Promise<RepairView> {
    const { flags } = await this.parse(Repair);
    const config = await readConfig(flags);
    await using sides = await openSides(config, flags);
    await using status = await openStatus(config, makeLogger(flags));
    const asked = { dropGathered: flags['drop-shadows'], dryRun: flags['dry-run'] };
    const using = { ...sides, status };
    const isAsked = isTerminal() && !this.jsonEnabled() && !flags.yes && !asked.dryRun;
    const view = isAsked
      ? await repairAfterAsking(config, asked, using, this.#person(sides.context.signal))
      : await repairAll(config, asked, using);
    this.print(formatRepair(view));
    process.exitCode = isSettled(view) ? exitCodes.done : exitCodes.findings;
    return view;
  }

  #person(signal: AbortSignal): Person {
    return {
      show: (lines) => this.print(lines),
      async agrees(question) {
        const talk = createInterface({ input: process.stdin, output: process.stderr });
        try {
          return /^y(?:es)?$/iu.test((await talk.question(question, { signal })).trim());
        } finally {
          talk.close();
        }
      },
    };
  }
}

/** Somebody sits before it, who can be asked. */
function isTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}
