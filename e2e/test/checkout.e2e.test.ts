import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Built as `npm run setup` builds it; not here once more, under the feet of the tests beside this one. */
it('npx snowmelt is the command in a built checkout, on the Node that the project brings', async () => {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:NX_|npm_)/u.test(name));
  const options = { cwd: root, env: Object.fromEntries(own) };
  const { stdout } = await exec('npx', ['snowmelt', '--version'], options);
  const { stdout: brought } = await exec('npx', ['node', '--version'], options);
  expect(stdout).toContain(`node-${brought.trim()}`);
});
