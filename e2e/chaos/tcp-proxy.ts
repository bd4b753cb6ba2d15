import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Passes bytes on, until it is told to hold them back or to let go of everybody. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** No byte passes for so many milliseconds; connections stay. */
  stall(milliseconds: number): void;
  /** Ends all connections without a word. */
  cut(): void;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let stalled = 0;
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
      if (stalled > 0) from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    stall(milliseconds) {
      stalled += 1;
      for (const socket of sockets) socket.pause();
      setTimeout(() => {
        stalled -= 1;
        if (stalled === 0) for (const socket of sockets) socket.resume();
      }, milliseconds).unref();
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server, 'close');
    },
  };
}
