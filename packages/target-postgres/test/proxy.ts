import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that went from clients to the server. */
  readonly forwarded: number;
  /** Closes every connection that is open. */
  cut(): void;
}

export interface ProxyOptions {
  /** Bytes a second from client to server at most. */
  readonly bytesPerSecond?: number;
  /** Cuts the line when the server answers to what holds this text; the answer is lost. */
  readonly loseAnswerTo?: string;
}

/** A TCP proxy before a server, to cut connections at a chosen instant or to slow them down. */
export async function startProxy(
  to: { readonly host: string; readonly port: number },
  options: ProxyOptions = {},
): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const state: State = { forwarded: 0, losing: false };
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  const server = createServer((client) => {
    const upstream = connect(to.port, to.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on('data', (answer: Buffer) => {
      if (state.losing) cut();
      else client.write(answer);
    });
    client.pipe(watched(state, options)).pipe(upstream);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get forwarded() {
      return state.forwarded;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

interface State {
  forwarded: number;
  losing: boolean;
}

function watched(state: State, { bytesPerSecond, loseAnswerTo }: ProxyOptions): Transform {
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      state.forwarded += piece.length;
      state.losing ||= loseAnswerTo !== undefined && piece.includes(loseAnswerTo);
      const wait = bytesPerSecond === undefined ? 0 : (piece.length / bytesPerSecond) * 1000;
      if (wait === 0) done(null, piece);
      else setTimeout(done, wait, null, piece);
    },
  });
}
