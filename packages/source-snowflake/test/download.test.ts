import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { Network } from '../src/connect/network.ts';
import { byteStream } from '../src/stream/byte-stream.ts';
import { decoded } from '../src/stream/decoded.ts';
import { request } from '../src/unload/open-file.ts';

const secret = 'X-Amz-Signature=0123456789abcdef';
const content = Buffer.from('1,"eins"\n'.repeat(200_000));
const file = gzipSync(content);

/** What a storage answers, read as a chunk would be. */
async function download(answer: RequestListener, idleTimeout = 5000): Promise<Buffer> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  const network = new Network({ idleTimeout });
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { signal } = new AbortController();
    const got = await request(`http://127.0.0.1:${port}/f?${secret}`, network, signal);
    if (!got.found) throw new Error(`HTTP ${got.status}`);
    const how = { idleTimeout, what: 'A staged file', gzip: true } as const;
    return await buffer(byteStream((end) => decoded(got.response, how, end), signal));
  } finally {
    network.close();
    server.closeAllConnections();
    server.close();
  }
}

const whole = { 'content-length': String(file.length) };

describe('a staged file', () => {
  it('arrives as its lines', async () => {
    const got = await download((_, reply) => reply.writeHead(200, whole).end(file));
    expect(got.equals(content)).toBe(true);
  });

  it.each<[string, RequestListener]>([
    [
      'whose connection breaks',
      (_, reply) => {
        reply.writeHead(200, whole).write(file.subarray(0, 1000), () => reply.destroy());
      },
    ],
    [
      'that is cut though the response is whole',
      (_, reply) => void reply.writeHead(200).end(file.subarray(0, file.length - 5)),
    ],
    [
      'whose bytes have changed',
      (_, reply) => {
        const changed = Buffer.from(file);
        changed.fill(0xff, 600, 640);
        reply.writeHead(200).end(changed);
      },
    ],
    [
      'whose checksum is wrong',
      (_, reply) => {
        const changed = Buffer.from(file);
        changed.writeUInt32LE(1, file.length - 8);
        reply.writeHead(200).end(changed);
      },
    ],
    [
      'whose second member is cut',
      (_, reply) => {
        const second = file.subarray(0, file.length / 2);
        reply.writeHead(200).end(Buffer.concat([file, second]));
      },
    ],
    [
      'with garbage after its end',
      (_, reply) => void reply.writeHead(200).end(Buffer.concat([file, Buffer.from('<more>')])),
    ],
    ['that is no gzip', (_, reply) => void reply.writeHead(200).end('<Error>gone</Error>')],
    ['of no bytes', (_, reply) => void reply.writeHead(200).end()],
  ])('P1: %s is STREAM_BROKEN', async (_, answer) => {
    await expect(download(answer)).rejects.toMatchObject({
      code: 'SOURCE.STREAM_BROKEN',
      retry: 'chunk',
    });
  });

  it('P1: cut at any kind of place is STREAM_BROKEN', async () => {
    const [header, trailer] = [10, file.length - 8];
    const places = [1, 5, header - 1, header, header + 1, 100, trailer - 1, trailer, trailer + 4];
    for (const place of [...places, file.length - 1]) {
      const cut = download((_, reply) => void reply.writeHead(200).end(file.subarray(0, place)));
      await expect(cut, `at ${place}`).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
    }
  });

  it('P1: of two members arrives as both, for the count of rows to judge', async () => {
    const got = await download((_, reply) => {
      reply.writeHead(200).end(Buffer.concat([file, file]));
    });
    expect(got.equals(Buffer.concat([content, content]))).toBe(true);
  });

  it('P1: that stands still is given up', async () => {
    const stuck: RequestListener = (_, reply) => {
      reply.writeHead(200, whole).write(file.subarray(0, 1000));
    };
    await expect(download(stuck, 100)).rejects.toMatchObject({ code: 'SOURCE.STREAM_BROKEN' });
  });

  it('P7: a storage that does not answer is named without the URL', async () => {
    const error: unknown = await download(() => {}, 100).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SOURCE.NETWORK' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('Signature');
  });
});
