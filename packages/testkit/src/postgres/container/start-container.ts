import { randomBytes } from 'node:crypto';

import type * as Testcontainers from '@testcontainers/postgresql';

import { formatAddress } from '../server/server-address.ts';
import { serverSettings } from '../server/server-settings.ts';
import type { PostgresOptions, StartedServer } from '../server/test-postgres.ts';

/** Starts the official image of the version. Testcontainers' reaper removes it if this process is killed. */
export async function startContainer(options: PostgresOptions): Promise<StartedServer> {
  const { PostgreSqlContainer } = await testcontainers();
  const settings = Object.entries(serverSettings(options));
  const container = await new PostgreSqlContainer(`postgres:${options.version ?? 18}`)
    .withUsername('postgres')
    .withPassword(randomBytes(12).toString('hex'))
    .withDatabase('postgres')
    .withCommand(['postgres', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .start();
  return {
    address: formatAddress({
      host: container.getHost(),
      port: container.getPort(),
      user: container.getUsername(),
      password: container.getPassword(),
    }),
    stop: async () => {
      await container.stop();
    },
  };
}

async function testcontainers(): Promise<typeof Testcontainers> {
  try {
    return await import('@testcontainers/postgresql');
  } catch (cause) {
    throw new Error(
      'A container engine answers, but the package @testcontainers/postgresql is not installed. ' +
        'Install it, or name a server in SNOWMELT_TEST_POSTGRES_URL.',
      { cause },
    );
  }
}
