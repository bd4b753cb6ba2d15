import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface XrayDaemon extends AsyncDisposable {
  /** For AWS_XRAY_DAEMON_ADDRESS. */
  readonly address: string;
  /** Of the segments that came, and of those in them. */
  names(): Promise<readonly string[]>;
}

interface Segment {
  readonly name: string;
  readonly subsegments?: readonly Segment[];
}

/**
 * Takes segments as AWS X-Ray's daemon does: one a datagram, a line of JSON that says so, and the segment
 * (docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html).
 */
export async function xrayDaemon(): Promise<XrayDaemon> {
  const socket = createSocket('udp4');
  const segments: Segment[] = [];
  socket.on('message', (message) => {
    const [head = '', body = ''] = message.toString().split('\n');
    const { format } = JSON.parse(head) as { readonly format: string };
    if (format === 'json') segments.push(JSON.parse(body) as Segment);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    async names() {
      // What lies in the socket.
      await sleep(100);
      return segments.flatMap(namesOf);
    },
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function namesOf({ name, subsegments = [] }: Segment): readonly string[] {
  return [name, ...subsegments.flatMap(namesOf)];
}
