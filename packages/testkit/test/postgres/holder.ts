/** Starts a server, says where it is, and ends in the way that it is told to. */
import { startPostgres } from '../../src/postgres/start-postgres.ts';

const server = await startPostgres({ origin: 'embedded' });
process.stdout.write(`${JSON.stringify({ port: server.port, directory: server.directory })}\n`);

const ending = process.argv[2];
if (ending === 'throw') throw new Error('crashed on purpose');
// Otherwise it returns without a stop: the server must not keep this process alive.
if (ending === 'wait') setInterval(() => undefined, 1000);
