import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = new URL('../../../', import.meta.url);

describe('what is published', () => {
  it.each([
    ['status-pg', ['status', 'monitoring']],
    ['target-postgres', ['target']],
  ])('%s carries the SQL that an administrator applies', async (name, folders) => {
    const cwd = new URL(`packages/${name}/`, root);
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd });
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const packed = files.map(({ path }) => path);
    for (const folder of folders) {
      const names = readdirSync(new URL(`sql/${folder}/`, root)).filter((file) =>
        file.endsWith('.sql'),
      );
      expect(packed).toEqual(expect.arrayContaining(names.map((file) => `sql/${folder}/${file}`)));
    }
  });
});
