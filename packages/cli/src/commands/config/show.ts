import { redact, type ShownConfig } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';
import { configFlags } from '../../base/flags.ts';
import { readConfig } from '../../base/setup.ts';

export default class ConfigShow extends BaseCommand {
  static override summary = 'Print the configuration with variables and defaults in their places.';
  static override description = 'Secrets are shown as ***, as are user and password in any URL.';
  static override examples = ['<%= config.bin %> config show -c config.json'];
  static override flags = configFlags;

  async run(): Promise<ShownConfig> {
    const { flags } = await this.parse(ConfigShow);
    const config = redact(await readConfig(flags));
    this.print([JSON.stringify(config, undefined, 2)]);
    return config;
  }
}
