import { diagnose, resolveTables, SnowmeltError, targetDatabases } from '@snowmelt/core';
import { Flags } from '@oclif/core';
import { openStatus, openTarget } from '@snowmelt/wiring';

import { BaseCommand } from '../base/base-command.ts';
import { configFlags, logFlags } from '../base/flags.ts';
import { makeContext, makeLogger, readConfig } from '../base/setup.ts';
import { listenForStop } from '../base/stop-signal.ts';
import { exitCodes } from '../failure/exit-codes.ts';
import { formatPrometheus } from '../metrics/prometheus.ts';
import { statusMetrics } from '../metrics/status-metrics.ts';
import { configArguments, withArguments } from '../show/diagnosis.ts';

export default class Ui extends BaseCommand {
  // It goes on until it is stopped: there is no document at its end.
  static override enableJsonFlag = false;
  static override summary = 'Show runs as they go, on a page in the browser.';
  static override description = `Reads the status database, and what is wrong in the target databases; asks Snowflake nothing.
Runs of all configurations that keep their status there are shown. It listens on this machine alone,
unless --host says otherwise; from elsewhere, reading takes the token as well. There is no TLS in it:
better than --host is a tunnel, ssh -L 8765:127.0.0.1:8765.

Resume and repair take the token that is printed here. They are this command's own processes: Ctrl-C
stops them too, cleanly.

Exit codes: 0 stopped; 2 a failure that the message explains; 1 a bug.`;
  static override examples = [
    '<%= config.bin %> ui',
    '<%= config.bin %> ui --port 0 -c config.json',
  ];
  static override flags = {
    ...configFlags,
    host: Flags.string({
      default: '127.0.0.1',
      helpValue: 'ADDRESS',
      summary: 'Address to listen on.',
    }),
    port: Flags.integer({
      default: 8765,
      min: 0,
      max: 65_535,
      helpValue: 'PORT',
      summary: 'Port to listen on; 0: a free one.',
    }),
    'allow-host': Flags.string({
      multiple: true,
      helpValue: 'NAME',
      summary: 'Another name by which browsers may ask, as behind a proxy; repeatable.',
    }),
    ...logFlags,
  };

  async run(): Promise<{ readonly url: string }> {
    const { flags } = await this.parse(Ui);
    const config = await readConfig(flags);
    const { startUi } = await import('@snowmelt/ui');
    const log = makeLogger(flags);
    await using status = await openStatus(config, log);
    await using target = await openTarget(config, log);
    using stop = listenForStop(() => undefined);
    const asked = { jobs: resolveTables(config), databases: targetDatabases(config) };
    const using = { target, status, context: makeContext(log, stop.signal) };
    const [, program = ''] = process.argv;
    const begun = [process.execPath, ...process.execArgv, '--', program] as const;
    await using ui = await startUi({
      status,
      diagnose: async () => withArguments(await diagnose(asked, using), flags),
      actions: {
        resume: [...begun, 'run', ...configArguments(flags)],
        repair: [...begun, 'repair', ...configArguments(flags)],
      },
      metrics: async () =>
        formatPrometheus(statusMetrics((await status.observes?.activity(1))?.[0])),
      host: flags.host,
      port: flags.port,
      allowedHosts: flags['allow-host'] ?? [],
    }).catch((error: unknown) => {
      throw notListening(error, flags) ?? error;
    });
    this.print([ui.url, `Token for resume and repair: ${ui.token}`, 'Ctrl-C stops.']);
    const stopped = Promise.withResolvers<void>();
    stop.signal.addEventListener('abort', () => stopped.resolve(), { once: true });
    await stopped.promise;
    process.exitCode = exitCodes.done;
    return { url: ui.url };
  }
}

/** An address that is taken, or not this machine's, is no defect. */
function notListening(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): SnowmeltError | undefined {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).syscall !== 'listen')
    return undefined;
  const { code = '' } = error as NodeJS.ErrnoException;
  return new SnowmeltError('CLI.USAGE', `${host} port ${port} can not be listened on: ${code}`, {
    cause: error,
    fix: 'Choose another port with --port (0: a free one), or an address of this machine with --host.',
  });
}
