import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';

const tls = new URL('../../../packages/target-postgres/test/tls/', import.meta.url);
const pem = (name: string): string => readFileSync(new URL(name, tls), 'utf8');

export interface RdsServer extends AsyncDisposable {
  readonly port: number;
  /** The file of the authority that signed the certificate of `localhost`. */
  readonly authority: string;
  /** The password of each connection, in their order. */
  readonly tokens: readonly string[];
}

/**
 * A PostgreSQL server that takes tokens as RDS does: TLS and nothing else, a password in clear text
 * within it, and a user without a password of its own. What is behind it is a real server; whether
 * the signature is right only AWS can tell.
 */
export async function startRdsServer(behind: string): Promise<RdsServer> {
  const tokens: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void serve(socket, behind, tokens).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    authority: fileURLToPath(new URL('ca.pem', tls)),
    tokens,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** Of the protocol's message formats: a letter, the length with itself, the content. */
function message(letter: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(letter), length, content]);
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const askPassword = message('R', int32(3));
const welcome = message('R', int32(0));
const ready = message('Z', Buffer.from('I'));

async function serve(socket: Socket, behind: string, tokens: string[]): Promise<void> {
  const [request] = (await once(socket, 'data')) as [Buffer];
  if (request.length !== 8) return void socket.destroy();
  socket.write('S');
  const options = { isServer: true, key: pem('server.key'), cert: pem('server.pem') };
  const secure = new TLSSocket(socket, options);
  secure.on('error', () => undefined);
  const [startup] = (await once(secure, 'data')) as [Buffer];
  const names = startup.subarray(8).toString().split('\0');
  const database = names[names.indexOf('database') + 1] ?? '';
  secure.write(askPassword);
  const [answer] = (await once(secure, 'data')) as [Buffer];
  tokens.push(answer.subarray(5, -1).toString());
  const url = new URL(behind);
  url.pathname = `/${database}`;
  await passOn(secure, new Client({ connectionString: url.href }));
}

/** What is said from now on goes to the real server and back, byte by byte. */
async function passOn(secure: TLSSocket, client: Client): Promise<void> {
  client.on('error', () => undefined);
  await client.connect();
  const { connection } = client as unknown as { connection: { stream: Socket } };
  const upstream = connection.stream;
  upstream.removeAllListeners('data');
  for (const [one, other] of [
    [secure, upstream],
    [upstream, secure],
  ] as const) {
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
  secure.write(Buffer.concat([welcome, ready]));
}
