import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from 'vitest';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

it('npx snowmelt is the command after npm run setup, on the Node that the project brings', async () => {
  // Nx, which may have started this test, would take the build in it for a part of its own run.
  const own = Object.entries(process.env).filter(([name]) => !/^(?:NX_|npm_)/u.test(name));
  const options = { cwd: root, env: Object.fromEntries(own) };
  await exec('npm', ['run', 'setup'], options);
  const { stdout } = await exec('npx', ['snowmelt', '--version'], options);
  const { stdout: brought } = await exec('npx', ['node', '--version'], options);
  expect(stdout).toContain(`node-${brought.trim()}`);
});
