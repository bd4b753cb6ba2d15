import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import { expect, it } from 'vitest';

import { startStallProxy } from '../../src/network.ts';

it('what was stalled goes on when it thaws, and who came meanwhile is answered: no byte is lost', async () => {
  const echo = createServer((socket) => void socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  try {
    await using proxy = await startStallProxy({
      host: '127.0.0.1',
      port: (echo.address() as AddressInfo).port,
    });
    const talk = () => {
      const client = connect(proxy.port, proxy.host);
      let heard = '';
      client.on('data', (bytes) => (heard += String(bytes)));
      return { client, heard: () => heard };
    };
    const before = talk();
    before.client.write('one ');
    await expect.poll(before.heard).toBe('one ');
    proxy.stall('all');
    const meanwhile = talk();
    before.client.write('two ');
    meanwhile.client.write('three');
    await once(meanwhile.client, 'connect');
    expect([before.heard(), meanwhile.heard()]).toEqual(['one ', '']);
    proxy.thaw();
    await expect.poll(before.heard).toBe('one two ');
    await expect.poll(meanwhile.heard).toBe('three');
    before.client.destroy();
    meanwhile.client.destroy();
  } finally {
    echo.close();
  }
});
