import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

const pem = (name: string): string =>
  readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');

/** The authority that signed the proxy's certificate, which is for `localhost` only. */
export const authority = pem('ca.pem');

export interface TlsProxy extends AsyncDisposable {
  readonly port: number;
}

/** Speaks TLS as PostgreSQL does (SSLRequest, `S`, handshake) before a server that does not. */
export async function startTlsProxy(to: { host: string; port: number }): Promise<TlsProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    // A client that ends before it has said anything is no fault of the test in hand.
    serve(client, to).catch(() => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function serve(client: Socket, to: { host: string; port: number }): Promise<void> {
  const [request] = (await once(client, 'data')) as [Buffer];
  if (request.length !== 8) return void client.destroy();
  client.write('S');
  const secure = new TLSSocket(client, {
    isServer: true,
    key: pem('server.key'),
    cert: pem('server.pem'),
  });
  const upstream = connect(to.port, to.host);
  for (const socket of [secure, upstream]) {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      secure.destroy();
      upstream.destroy();
    });
  }
  secure.pipe(upstream).pipe(secure);
}
