import { Args } from '@oclif/core';

import { BaseCommand } from '../base/base-command.ts';
import { completionScript, shells } from '../completion/completion-script.ts';

export interface CompletionView {
  readonly script: string;
}

export default class Completion extends BaseCommand {
  static override summary = 'Print the completion of commands and flags for a shell.';
  static override examples = [
    'source <(<%= config.bin %> completion bash)    # in ~/.bashrc',
    'source <(<%= config.bin %> completion zsh)     # in ~/.zshrc, after compinit',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/snowmelt.fish',
  ];
  static override args = {
    shell: Args.string({ required: true, options: [...shells], description: 'The shell.' }),
  };

  async run(): Promise<CompletionView> {
    const { args } = await this.parse(Completion);
    const script = completionScript(args.shell, this.config.commands);
    this.print([script]);
    return { script };
  }
}
