/**
 * A process that opens a run of table `a`, takes a lease and then does nothing until it is killed.
 * Arguments: URL of the database, owner. Prints the run and the chunk as one line of JSON.
 */
import { createPostgresStatusStore } from '../../src/index.ts';
import { loads, request } from './open-store.ts';

const [, , url = '', owner = ''] = process.argv;
const store = createPostgresStatusStore({ connection: { url } });
await store.migrate();
const run = await store.openRun(request({ owner }));
await store.addChunks(run.id, 's/a', loads(2));
const answer = await store.lease(run.id, 's/a', `${owner}/a/0`);
process.stdout.write(`${JSON.stringify({ run: run.id, resumed: run.resumed, answer })}\n`);
setInterval(() => undefined, 60_000);
