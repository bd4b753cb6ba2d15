import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { Network } from '../src/connect/network.ts';
import { allRows } from '../src/plan/key-range.ts';
import { selectLines } from '../src/query/select-lines.ts';
import { resultLines } from '../src/result/result-lines.ts';
import { byteStream } from '../src/stream/byte-stream.ts';
import { pair, tablePlan } from './fixtures/table-plan.ts';

const MiB = 1024 * 1024;

describe('P6: memory does not grow with what is read', () => {
  it('values of 10 MB by query pass in pieces, at the pace of the reader', async () => {
    const rows = 20;
    const row = Buffer.from(`["${'x'.repeat(10 * MiB)}"]`);
    let sent = 0;
    const server = createServer((_request, reply) => {
      void (async () => {
        for (let n = 0; n < rows; n += 1) {
          for (let at = 0; at < row.length; at += MiB) {
            const piece = row.subarray(at, at + MiB);
            if (!reply.write(piece)) await once(reply, 'drain');
            sent += piece.length;
          }
          if (n < rows - 1) reply.write(',');
        }
        reply.end();
      })();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const network = new Network({ idleTimeout: 20_000 });
    const parts = [{ rows, url: `http://127.0.0.1:${port}/part` }];
    const result = { queryId: 'q', rows, columns: [], parts, headers: {} };
    const open = { result, network, refresh: async () => result };
    const { signal } = new AbortController();
    const bytes = byteStream((end) => resultLines(open, { from: 0, to: rows }, end), signal);
    let read = 0;
    let mostHeld = 0;
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      read += piece.length;
      mostHeld = Math.max(mostHeld, sent - read);
      await new Promise((resolve) => setImmediate(resolve));
    }
    network.close();
    server.close();
    expect(read).toBe(rows * (10 * MiB + 1));
    // The kernel's socket buffers are part of it: some MB on loopback.
    expect(mostHeld).toBeLessThan(16 * MiB);
  }, 120_000);

  it('a table of 1,500 columns is read by a statement that Snowflake takes', () => {
    const kinds = [
      { kind: 'text' },
      { kind: 'float', bits: 64 },
      { kind: 'json', shape: 'any' },
      { kind: 'decimal', precision: 38, scale: 10 },
    ] as const;
    const columns = Array.from({ length: 1500 }, (_, n) =>
      pair(`A_COLUMN_WITH_A_LONG_NAME_${n}`, kinds[n % kinds.length]!),
    );
    const sql = selectLines(tablePlan({ columns }), allRows);
    // 1 MB: docs.snowflake.com/en/user-guide/query-size-limits.
    expect(sql.length).toBeLessThan(1_000_000);
  });
});
