import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

import { serveProxy, type ProxyAddress } from './proxy-server.ts';
import { isRequest, messageReader, readyState, type WireMessage } from './wire-messages.ts';

/** When a connection of the server is handed on, as PgBouncer's pool_mode says it. */
export type PoolMode = 'session' | 'transaction';

interface Backend {
  readonly socket: Socket;
  client: PooledClient | undefined;
}

interface PooledClient {
  readonly socket: Socket;
  /** Of its own at login; in `transaction` any later. */
  backend: Backend | undefined;
  readonly waiting: Buffer[];
}

/** Who has which connection. */
function createHandout(mode: PoolMode) {
  const free: Backend[] = [];
  const queue: PooledClient[] = [];

  function take(client: PooledClient, backend: Backend): void {
    backend.client = client;
    client.backend = backend;
    for (const bytes of client.waiting.splice(0)) backend.socket.write(bytes);
  }

  function giveBack(backend: Backend, client: PooledClient): void {
    client.backend = undefined;
    backend.client = undefined;
    const next = queue.shift();
    if (next === undefined) free.push(backend);
    else take(next, backend);
  }

  return {
    send(client: PooledClient, bytes: Buffer): void {
      if (client.backend !== undefined) return void client.backend.socket.write(bytes);
      client.waiting.push(bytes);
      const backend = free.pop();
      if (backend === undefined) queue.push(client);
      else take(client, backend);
    },
    answer(backend: Backend, message: WireMessage): void {
      const { client } = backend;
      if (client === undefined) return;
      client.socket.write(message.type === 'K' ? ownKey(message) : message.bytes);
      if (mode === 'transaction' && readyState(message) === 'I') giveBack(backend, client);
    },
    forget(backend: Backend): void {
      const at = free.indexOf(backend);
      if (at >= 0) free.splice(at, 1);
      backend.client?.socket.destroy();
    },
  };
}

/**
 * A pooler as PgBouncer, RDS Proxy and Supavisor are: each client logs in on a connection of its own
 * and gets a made-up id for cancelling; in mode `transaction` a connection goes back when it is in no
 * transaction, and the next statement of anyone takes the one that came back last.
 */
export async function startPooler(
  to: { readonly host: string; readonly port: number },
  mode: PoolMode,
): Promise<ProxyAddress> {
  const backends = new Set<Backend>();
  const handout = createHandout(mode);
  const server = await serveProxy((socket) => {
    const client: PooledClient = { socket, backend: undefined, waiting: [] };
    const backend: Backend = { socket: connect(to.port, to.host), client };
    client.backend = backend;
    backends.add(backend);
    const fromClient = messageReader(1);
    const fromServer = messageReader(0);
    socket.on('data', (piece: Buffer) => {
      for (const { type, bytes } of fromClient(piece)) {
        if (type === '' && isRequest(bytes)) socket.write('N');
        else if (type !== 'X') handout.send(client, bytes);
      }
    });
    // Whatever it still has in hand is rolled back by the server.
    socket.on('close', () => client.backend?.socket.destroy());
    backend.socket.on('data', (piece: Buffer) => {
      for (const message of fromServer(piece)) handout.answer(backend, message);
    });
    backend.socket.on('error', () => backend.socket.destroy());
    backend.socket.on('close', () => {
      backends.delete(backend);
      handout.forget(backend);
    });
  });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      for (const { socket } of backends) socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** BackendKeyData: a process id and a secret, which the pooler makes up. */
function ownKey({ bytes }: WireMessage): Buffer {
  return Buffer.concat([bytes.subarray(0, 5), randomBytes(bytes.length - 5)]);
}
