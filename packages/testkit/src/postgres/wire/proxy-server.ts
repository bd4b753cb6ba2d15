import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface ProxyAddress extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** A server on this machine that ends with all its connections. */
export async function serveProxy(accept: (client: Socket) => void): Promise<ProxyAddress> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => clients.delete(client));
    accept(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
