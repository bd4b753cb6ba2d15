import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to the server that can lose replies and connections. */
export interface CuttingProxy extends AsyncDisposable {
  readonly url: string;
  /** How many replies were lost so far. */
  readonly lost: number;
  /**
   * Of the next statement that holds this text, the server's reply is lost: it arrives, and then
   * the connection breaks.
   */
  loseReplyTo(text: string): void;
  /** Breaks every connection; with `true` it also lets none in until `false`. */
  breakAll(down?: boolean): void;
  /** No byte goes through the connections there are; new ones work. Nobody is told. */
  stallAll(): void;
}

export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const server = new URL(url);
  const sockets = new Set<Socket>();
  let wanted: string | undefined;
  let down = false;
  let lost = 0;

  const listener = createServer((client) => {
    if (down) return void client.destroy();
    const upstream = connect(Number(server.port), server.hostname);
    let doomed = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (wanted !== undefined && bytes.includes(wanted)) {
        wanted = undefined;
        doomed = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!doomed) return void client.write(bytes);
      // ReadyForQuery: the statement is done.
      if (bytes.at(-6) !== 'Z'.charCodeAt(0)) return;
      lost += 1;
      end();
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((listener.address() as AddressInfo).port);

  const breakAll = (stayDown = false): void => {
    down = stayDown;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    get lost() {
      return lost;
    },
    loseReplyTo(text) {
      wanted = text;
    },
    breakAll,
    stallAll() {
      for (const socket of sockets) socket.pause().removeAllListeners('data');
    },
    async [Symbol.asyncDispose]() {
      breakAll(true);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
