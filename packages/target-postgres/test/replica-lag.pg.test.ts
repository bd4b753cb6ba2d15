import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { testContext } from '@snowmelt/testkit/context';
import { Client } from 'pg';
import { expect, it, vi } from 'vitest';

import { bench, chunkOf, csv, opening, planFor } from './fixtures.ts';

const rows = csv(Array.from({ length: 10 }, (_, id) => [String(id), 'x']));

/** Parts of pg's client that its types don't have. */
interface Wire {
  readonly connection: EventEmitter & { sendCopyFromChunk(chunk: Buffer): void };
}

/**
 * A standby as the server sees one: it streams, and says how far it has replayed (documentation,
 * "Streaming Replication Protocol", Standby status update).
 */
async function startStandby(url: string) {
  const client = new Client({
    connectionString: url,
    replication: 'true',
    application_name: 'a standby',
  } as ConstructorParameters<typeof Client>[0]);
  client.on('error', () => undefined);
  await client.connect();
  const { rows: where } = await client.query<{ xlogpos: string }>('IDENTIFY_SYSTEM');
  const start = where[0]?.xlogpos ?? '0/0';
  client.query(`START_REPLICATION ${start}`).catch(() => undefined);
  const { connection } = client as unknown as Wire;
  await new Promise((resolve) => void connection.once('replicationStart', resolve));
  return {
    start,
    replayed(position: string) {
      const [high = '0', low = '0'] = position.split('/');
      const lsn = (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
      const update = Buffer.alloc(34);
      update.write('r');
      for (const at of [1, 9, 17]) update.writeBigInt64BE(lsn, at);
      connection.sendCopyFromChunk(update);
    },
    [Symbol.asyncDispose]: async () => {
      (
        client as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
    },
  };
}

it('no chunk is begun while a standby is too far behind, which is told, and it goes on after', async () => {
  await using on = await bench({ settings: { maxReplicaLagSeconds: 1 } });
  await on.sql.query('CREATE TABLE t (id bigint, name text)');
  await on.target.prepare(planFor(on.database), testContext());
  await using standby = await startStandby(on.database.url);
  standby.replayed(standby.start);
  const context = testContext();
  const load = (id: string) =>
    on.target.load(planFor(on.database), chunkOf(id), opening(rows), context);
  // Writes what the standby does not replay; it is not late yet.
  await load('c1');
  await sleep(1100);
  await load('c2');
  await vi.waitFor(async () => {
    const { rows: standbys } = await on.sql.query('SELECT replay_lsn FROM pg_stat_replication');
    expect(standbys).toMatchObject([{ replay_lsn: expect.any(String) as string }]);
  });
  await sleep(1500);
  let done = false;
  const third = load('c3').finally(() => {
    done = true;
  });
  await vi.waitFor(() =>
    expect(context.logged.filter(({ event }) => event === 'waiting')).toMatchObject([
      { fields: { for: 'a standby to catch up', where: /standby a standby$/, says: /s behind$/ } },
    ]),
  );
  expect(done).toBe(false);
  const { rows: now } = await on.sql.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
  const caughtUp = setInterval(() => standby.replayed(now[0]?.lsn ?? ''), 100);
  expect(await third).toMatchObject({ rows: 10 });
  clearInterval(caughtUp);
});
