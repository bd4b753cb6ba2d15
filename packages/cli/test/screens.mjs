// Runs command lines one after the other on the terminal it has, each at a width: one start for all.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';

import { main } from '../src/main.ts';

// Each of them listens for signals and the like, as if it were alone.
process.setMaxListeners(0);
// Nothing else may keep the process alive while it waits for its terminal's new width.
const alive = setInterval(() => undefined, 60_000);

for (const { mark, width, argv } of JSON.parse(process.argv[2])) {
  if (process.stdout.columns !== width) {
    const resized = once(process.stdout, 'resize');
    execFileSync('stty', ['cols', String(width)], { stdio: 'inherit' });
    await resized;
  }
  process.stdout.write(`${mark}\n`);
  await main(argv);
}
clearInterval(alive);
process.stdout.write('', () => process.exit());
