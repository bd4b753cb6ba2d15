import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { configJsonSchema, waits, type WaitName } from '../../src/index.ts';

const stalled = 'packages/source-snowflake/test/stalled.e2e.test.ts';
const silence = 'packages/target-postgres/test/silence.pg.test.ts';

/** A test with a peer that stalls in the wait: its file, and words that it stands by there. */
const shown: Readonly<Record<WaitName, readonly [file: string, words: string]>> = {
  'target.connect': [silence, "'target.connect': {"],
  'target.statement': [silence, "'target.statement': {"],
  'target.copy': [silence, "'target.copy': {"],
  'target.commit': [silence, "'target.commit': {"],
  'target.lock': ['packages/target-postgres/test/locked.pg.test.ts', 'lockTimeoutSeconds'],
  'status.connect': ['packages/status-pg/test/silence.pg.test.ts', 'status.connect'],
  'status.call': ['packages/status-pg/test/silence.pg.test.ts', 'status.call'],
  'status.lease': ['packages/core/test/engine/stop.test.ts', 'past its deadline aborts its chunk'],
  'source.connect': [stalled, "it('the login'"],
  'source.login': [stalled, "it('the login'"],
  'source.statement': [stalled, 'the poll for a result of which the server says nothing'],
  'source.first-byte': [stalled, 'a part that stands still is given up sooner'],
  'source.next-byte': ['packages/source-snowflake/test/download.test.ts', 'idleTimeout'],
};

describe('P8: every wait for another system has an end', () => {
  const root = new URL('../../../../', import.meta.url);

  it.each(Object.entries(shown))(
    '%s, and a test with a peer that stalls',
    (_name, [file, words]) => {
      expect(readFileSync(new URL(file, root), 'utf8'), file).toContain(words);
    },
  );

  it('its key is one of the configuration', () => {
    const schema = JSON.stringify(configJsonSchema());
    for (const wait of Object.values(waits)) {
      if (!('key' in wait)) continue;
      expect(schema, wait.key).toContain(`"${wait.key.split('.').at(-1)}"`);
    }
  });
});
