import { readFile } from 'node:fs/promises';

const versionWords: ReadonlySet<string> = new Set(['--version', '-V']);

/**
 * Runs a command line and leaves its exit code in the process: 0 done, 1 a bug, 2 an expected
 * failure, 3 stopped with work left, 4 done with findings.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const [first] = argv;
  if (first !== undefined && argv.length === 1 && versionWords.has(first)) {
    const { version } = JSON.parse(
      await readFile(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const { platform, arch, version: node } = process;
    process.stdout.write(`snowmelt/${version} ${platform}-${arch} node-${node}\n`);
    return;
  }
  // All else is loaded only where there is something to do.
  const { start } = await import('./start.ts');
  await start(argv);
}
