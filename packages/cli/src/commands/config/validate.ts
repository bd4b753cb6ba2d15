import { configWarnings, resolveTables } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';
import { configFlags } from '../../base/flags.ts';
import { readConfig } from '../../base/setup.ts';

export interface ValidateView {
  readonly valid: true;
  readonly tables: readonly string[];
  readonly warnings: readonly string[];
}

export default class ConfigValidate extends BaseCommand {
  static override summary = 'Check the configuration file, without connecting anywhere.';
  static override examples = [
    '<%= config.bin %> config validate -c config.yaml --env-file .env',
    '<%= config.bin %> config validate --json',
  ];
  static override flags = configFlags;

  async run(): Promise<ValidateView> {
    const { flags } = await this.parse(ConfigValidate);
    const config = await readConfig(flags);
    const tables = resolveTables(config).map(({ key }) => key);
    const warnings = configWarnings(config);
    this.print([
      `${flags.config} is valid: ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}.`,
      ...warnings.map((warning) => `Warning: ${warning}`),
    ]);
    return { valid: true, tables, warnings };
  }
}
