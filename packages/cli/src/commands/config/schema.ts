import { configJsonSchema } from '@snowmelt/core';

import { BaseCommand } from '../../base/base-command.ts';

export default class ConfigSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of the configuration file, for editors.';
  static override examples = ['<%= config.bin %> config schema > snowmelt.schema.json'];

  async run(): Promise<object> {
    await this.parse(ConfigSchema);
    const schema = configJsonSchema();
    this.print([JSON.stringify(schema, undefined, 2)]);
    return schema;
  }
}
