import { manualClock, testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { describeTogether, SnowmeltError, type Source, type TableRef } from '../../src/index.ts';

const ref = (name: string): TableRef => ({ database: 'D', schema: 'S', name });

/** A source that knows which tables were asked for in the same turn, and fails as it is told. */
function catalog() {
  const rounds: string[][] = [];
  const failing = new Map<string, SnowmeltError>();
  let turn: string[] | undefined;
  const describeTable: Source['describe'] = async (table) => {
    if (turn === undefined) {
      turn = [];
      rounds.push(turn);
      setImmediate(() => (turn = undefined));
    }
    turn.push(table.name);
    await Promise.resolve();
    const failure = failing.get(table.name);
    if (failure !== undefined) throw failure;
    return { ref: table, kind: 'table', columns: [], primaryKey: [] };
  };
  return { source: { describe: describeTable } as Source, rounds, failing };
}

const turnEnds = () => new Promise((resolve) => setImmediate(resolve));

describe('describing the tables of an invocation', () => {
  const names = ['A', 'B', 'C'];

  it('asks once for all, whoever asks first, and gives each answer once', async () => {
    const { source, rounds } = catalog();
    const ask = describeTogether(source, names.map(ref), testContext());
    for (const name of ['B', 'A', 'C']) expect((await ask(ref(name))).ref.name).toBe(name);
    expect(rounds).toEqual([names]);
    await turnEnds();
    await ask(ref('B'));
    expect(rounds).toEqual([names, ['B']]);
  });

  it('a table that goes to two targets is answered twice', async () => {
    const { source, rounds } = catalog();
    const ask = describeTogether(source, [ref('A'), ref('A')], testContext());
    await ask(ref('A'));
    await ask(ref('A'));
    expect(rounds).toEqual([['A']]);
  });

  it('what was said a minute ago is not the present: those that are left are asked for anew', async () => {
    const { source, rounds } = catalog();
    const clock = manualClock();
    const ask = describeTogether(source, names.map(ref), testContext({ clock }));
    await ask(ref('A'));
    await turnEnds();
    clock.advance(61_000);
    await ask(ref('C'));
    await ask(ref('B'));
    expect(rounds).toEqual([names, ['B', 'C']]);
  });

  it('a failure that passes does not fail those who ask later; one that stays is not repeated', async () => {
    const { source, rounds, failing } = catalog();
    failing.set('B', new SnowmeltError('SOURCE.NETWORK', 'broke'));
    failing.set('C', new SnowmeltError('SOURCE.TABLE_NOT_FOUND', 'is not there'));
    const ask = describeTogether(source, names.map(ref), testContext());
    await ask(ref('A'));
    await turnEnds();
    await expect(ask(ref('C'))).rejects.toThrow('is not there');
    failing.clear();
    await ask(ref('B'));
    expect(rounds).toEqual([names, ['B']]);
  });
});
