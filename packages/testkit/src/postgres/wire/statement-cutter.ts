import { connect } from 'node:net';

import { serveProxy, type ProxyAddress } from './proxy-server.ts';
import { messageReader, readyState, sqlOf, type WireMessage } from './wire-messages.ts';

/** `before`: the statement never arrives; `after`: it is done, and the answer is lost. */
export type Cut = 'before' | 'after';

/** The statement is done, or, of COPY, under way. */
function isAnswered(message: WireMessage): boolean {
  return readyState(message) !== undefined || message.type === 'G';
}

/** A way to a server that breaks the connection at the statements that `cutAt` names. */
export function startStatementCutter(
  to: { readonly host: string; readonly port: number },
  cutAt: (sql: string) => Cut | undefined,
): Promise<ProxyAddress> {
  return serveProxy((client) => {
    const server = connect(to.port, to.host);
    const fromClient = messageReader(1);
    const fromServer = messageReader(0);
    let doomed = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (piece: Buffer) => {
      for (const message of fromClient(piece)) {
        const sql = sqlOf(message);
        const cut = sql === undefined ? undefined : cutAt(sql);
        if (cut === 'before') return end();
        doomed ||= cut === 'after';
        server.write(message.bytes);
      }
    });
    // What is answered to a request for encryption is one byte, and no message: N.
    let refusal = true;
    server.on('data', (piece: Buffer) => {
      const bytes = refusal && piece.length === 1 ? undefined : piece;
      refusal = bytes === undefined;
      if (!doomed) client.write(piece);
      const done = fromServer(bytes ?? Buffer.alloc(0)).some(isAnswered);
      if (doomed && done) end();
    });
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  });
}
