import { Command } from '@oclif/core';

import { wrapLines } from '../failure/show-failure.ts';
import { terminalJson, terminalText } from '../terminal/terminal-text.ts';

/** What `run()` returns is what `--json` prints: one document on stdout, and nothing else there. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;

  /** Failures are shown in one place, main.ts. */
  protected override catch(error: Error): Promise<unknown> {
    return Promise.reject(error);
  }

  protected override logJson(json: unknown): void {
    process.stdout.write(`${terminalJson(json)}\n`);
  }

  /** Failures for people: stderr, since stdout may be a document. */
  protected complain(lines: readonly string[]): void {
    const wrapped = wrapLines(lines, process.stderr);
    process.stderr.write(wrapped.map((line) => `${terminalText(line)}\n`).join(''));
  }

  /** Data for people; silent where JSON is asked for. */
  protected print(lines: readonly string[]): void {
    if (!this.jsonEnabled())
      process.stdout.write(lines.map((line) => `${terminalText(line)}\n`).join(''));
  }
}
