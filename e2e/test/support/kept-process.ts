/**
 * The built command in a process that stays for the next command line: words in, `Ended` out. To
 * start the command costs more than most of the tests' commands do.
 */
import module from 'node:module';

import type { Ended } from './snowmelt.ts';

module.enableCompileCache();
const command = new URL('../../../packages/cli/dist/main.js', import.meta.url).href;
const { main } = (await import(command)) as {
  readonly main: (argv: readonly string[]) => Promise<void>;
};

/** What is written meanwhile, instead of the stream's own output. */
function capture(stream: NodeJS.WriteStream): Disposable & { text: string } {
  const captured = {
    text: '',
    [Symbol.dispose]() {
      // The stream's own, of its class, is in force again.
      Reflect.deleteProperty(stream, 'write');
    },
  };
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    captured.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  };
  return captured;
}

const exitCode = (): number => Number(process.exitCode ?? 0);

async function carryOut(argv: readonly string[]): Promise<Ended> {
  using stdout = capture(process.stdout);
  using stderr = capture(process.stderr);
  process.exitCode = undefined;
  await main(argv);
  // A process of its own would be over, and this listener with it.
  process.removeAllListeners('uncaughtException');
  return { code: exitCode(), stdout: stdout.text, stderr: stderr.text };
}

process.on('message', (argv: readonly string[]) => {
  void carryOut(argv).then((ended) => process.send?.(ended));
});
process.on('disconnect', () => process.exit());
