import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Source, Target } from '@snowmelt/core';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(`${root}/docs/guides/adapter.md`, 'utf8');
const blocks = [...guide.matchAll(/^```(\S+)[ ]?(\S*)\n([^]*?)^```$/gmu)].map(
  ([, language = '', file = '', code = '']) => ({ language, file, code }),
);

/** Without what depends on how deep the code stands. */
const flat = (code: string) => code.replaceAll(/^ +/gmu, '').trim();

const ofTarget: Readonly<Record<Capability<Target>, true>> = {
  divides: true,
  createsTables: true,
  limits: true,
  merges: true,
  swaps: true,
  watermarks: true,
  changes: true,
  deletesMissing: true,
  rejects: true,
  repairs: true,
  digests: true,
  references: true,
  history: true,
  standing: true,
  sessions: true,
  foresees: true,
  grants: true,
};
const ofSource: Readonly<Record<Capability<Source>, true>> = {
  pins: true,
  filters: true,
  limits: true,
  extracts: true,
  divides: true,
  stages: true,
  watermarks: true,
  changes: true,
  digests: true,
  cutsKeys: true,
  costs: true,
  meters: true,
  attributesCredits: true,
  examines: true,
  grants: true,
  lists: true,
  guards: true,
};
/** What an adapter may lack; a new one does not compile until it is here, and then in the guide. */
type Capability<Adapter> = {
  [Key in keyof Adapter]-?: undefined extends Adapter[Key] ? Key & string : never;
}[keyof Adapter];

describe('docs/guides/adapter.md', () => {
  it('shows code of the examples, as it stands there', () => {
    const shown = blocks.filter(({ language }) => language === 'ts');
    expect(new Set(shown.map(({ file }) => file.split('/')[1]))).toEqual(
      new Set(['folder-source', 'sqlite-target']),
    );
    for (const { file, code } of shown) {
      expect(existsSync(`${root}/${file}`), file).toBe(true);
      expect(flat(readFileSync(`${root}/${file}`, 'utf8'))).toContain(flat(code));
    }
  });

  it('names each capability in its table', () => {
    const [targets = '', sources = ''] =
      guide.split('| a target has')[1]?.split('| a source has') ?? [];
    for (const name of Object.keys(ofTarget)) expect(targets).toContain(`\`${name}\``);
    for (const name of Object.keys(ofSource)) expect(sources).toContain(`\`${name}\``);
  });

  it('each example is at most 150 lines', () => {
    for (const example of ['folder-source', 'sqlite-target']) {
      const folder = `${root}/examples/${example}/src`;
      const text = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
      expect(text.join('').split('\n').length - 1, example).toBeLessThan(151);
    }
  });
});
