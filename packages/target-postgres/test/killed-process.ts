/**
 * A process that runs a statement in a transaction of a run until it is killed. Arguments: host, port,
 * user, password, database, statement.
 */
import { Databases } from '../src/connect/databases.ts';
import { transaction } from '../src/connect/transaction.ts';

const [, , host = '', port = '', user = '', password = '', database = '', sql = ''] = process.argv;
const databases = new Databases({ connection: { host, port: Number(port), user, password } });
const { signal } = new AbortController();
const place = { run: 'run-1', table: 'table-1' };
const options = { database, signal, place, purpose: 'plain' } as const;
await transaction(databases, options, (session) => session.onTable(sql));
