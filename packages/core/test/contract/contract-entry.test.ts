import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../../src', import.meta.url));

/** All files that a file leads to, types included, and the packages beside them. */
function reached(entry: string) {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/\sfrom '([^']+)'/gu)) {
      if (path.startsWith('.')) visit(resolve(dirname(file), path));
      else packages.add(path);
    }
  };
  visit(resolve(source, entry));
  return { files: [...files].map((file) => relative(source, file)), packages };
}

describe('@snowmelt/core/contract', () => {
  const { files, packages } = reached('contract.ts');

  it('leads to no package but Node: no zod, no yaml', () => {
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([]);
    // The same look at the whole entry finds them.
    expect([...reached('index.ts').packages]).toEqual(expect.arrayContaining(['zod', 'yaml']));
  });

  it('leads to no file of the engine or the configuration', () => {
    expect(files).toContain('contract/target.ts');
    const folders = new Set(files.map((file) => file.split('/')[0]));
    expect(folders).toEqual(
      new Set(['contract', 'contract.ts', 'csv', 'digest', 'errors', 'ledger', 'secret']),
    );
  });

  it('speaks of no one database: no TRUNCATE of SQL, no shadows, no PostgreSQL', () => {
    const contract = ['source', 'target', 'table-plan', 'target-answers', 'chunk', 'column-pair'];
    for (const name of contract) {
      const text = readFileSync(resolve(source, `contract/${name}.ts`), 'utf8');
      expect(text, name).not.toMatch(/TRUNCATE|CASCADE|COPY|shadow|PostgreSQL|Snowflake|pg_/u);
    }
    for (const file of files.filter((name) => name.startsWith('contract/'))) {
      const text = readFileSync(resolve(source, file), 'utf8');
      expect(text, file).not.toMatch(/\w*(?:[cC]ascade|[sS]hadow|sqlState|SqlState|ctid|xmin)\w*/u);
    }
  });
});
