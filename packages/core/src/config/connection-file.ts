import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir, platform, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';

import { SnowmeltError } from '../errors/snowmelt-error.ts';
import { fromConnection, loginKeys } from './connection-keys.ts';
import type { Environment } from './expand-variables.ts';
import { isPlainObject } from './plain-object.ts';

type Values = Record<string, unknown>;

/**
 * The `snowflake` section with what its `connection` says, which stands behind the section's own
 * keys. A login of the section replaces the whole login of the connection. Throws `CONFIG.INVALID`;
 * no message quotes the file, which holds secrets (P7).
 */
export function completeFromConnection(section: Values, env: Environment): Values {
  const { connection, ...own } = section;
  if (connection !== true && typeof connection !== 'string') return section;
  const files = readFiles(env);
  const name = connection === true ? defaultName(files, env) : connection;
  const found = { ...files.connections[name], ...fromEnvironment(name, env) };
  if (Object.keys(found).length === 0) throw unknown(name, files);
  const values = fromConnection(found, files.folder);
  const replaced = loginKeys.some((key) => own[key] !== undefined) ? loginKeys : [];
  const kept = Object.entries(values).filter(([key]) => !replaced.includes(key));
  return { ...Object.fromEntries(kept), ...own };
}

interface ConnectionFiles {
  readonly folder: string;
  readonly connections: Readonly<Record<string, Values>>;
  readonly defaultName: unknown;
}

/**
 * `connections.toml` holds a table for each connection and wins over `[connections.name]` of
 * `config.toml` beside it (docs.snowflake.com/en/developer-guide/snowflake-cli/connecting/
 * configure-connections; the Python connector says the same).
 */
function readFiles(env: Environment): ConnectionFiles {
  const folder = configFolder(env);
  const config = readToml(join(folder, 'config.toml'), env) ?? {};
  const own = readToml(join(folder, 'connections.toml'), env) ?? config['connections'] ?? {};
  const entries = isPlainObject(own) ? Object.entries(own) : [];
  return {
    folder,
    connections: Object.fromEntries(
      entries.filter((entry): entry is [string, Values] => isPlainObject(entry[1])),
    ),
    defaultName: config['default_connection_name'],
  };
}

/** `$SNOWFLAKE_HOME`, else `~/.snowflake` where it is there, else the system's place. */
function configFolder(env: Environment): string {
  const home = homedir();
  const given = env['SNOWFLAKE_HOME'];
  if (given !== undefined && given !== '') return resolve(given.replace(/^~(?=\/|$)/u, home));
  const usual = join(home, '.snowflake');
  if (existsSync(usual)) return usual;
  if (platform() === 'darwin') return join(home, 'Library', 'Application Support', 'snowflake');
  if (platform() === 'win32') return join(home, 'AppData', 'Local', 'snowflake');
  return join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'snowflake');
}

function defaultName(files: ConnectionFiles, env: Environment): string {
  const given = env['SNOWFLAKE_DEFAULT_CONNECTION_NAME'] ?? files.defaultName;
  return typeof given === 'string' && given !== '' ? given : 'default';
}

/** `SNOWFLAKE_CONNECTIONS_<NAME>_<KEY>`, as the Snowflake CLI takes them. */
function fromEnvironment(name: string, env: Environment): Values {
  const prefix = `SNOWFLAKE_CONNECTIONS_${name.toUpperCase()}_`;
  return Object.fromEntries(
    Object.entries(env)
      .filter(([key, value]) => key.startsWith(prefix) && value !== undefined)
      .map(([key, value]) => [key.slice(prefix.length).toLowerCase(), value]),
  );
}

function readToml(path: string, env: Environment): Values | undefined {
  if (!existsSync(path)) return undefined;
  refuseOpenFile(path, env);
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const place = error instanceof TomlError ? `:${error.line}:${error.column}` : '';
    const reason = place === '' ? 'cannot be read' : 'is not valid TOML';
    throw invalid(`${path}${place} ${reason}`, 'Correct that line, or the rights of the file.');
  }
}

/** The drivers' rule for files with secrets, and their variable for platforms that can't keep it. */
function refuseOpenFile(path: string, env: Environment): void {
  const skips = env['SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION']?.toLowerCase() === 'true';
  if (platform() === 'win32' || skips) return;
  const { mode, uid } = statSync(path);
  if (uid !== userInfo().uid) {
    throw invalid(`${path} belongs to somebody else`, `Run: chown "$USER" ${path}`);
  }
  if ((mode & 0o177) !== 0) {
    const rights = (mode & 0o777).toString(8).padStart(4, '0');
    throw invalid(`${path} is open to others (${rights})`, `Run: chmod 0600 ${path}`);
  }
}

function unknown(name: string, { folder, connections }: ConnectionFiles): SnowmeltError {
  const names = Object.keys(connections);
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  const from = join(folder, 'connections.toml');
  return invalid(
    `there is no connection ${name} in ${from} or config.toml beside it; ${known}`,
    'Correct the name, or set SNOWFLAKE_HOME to the folder of the file.',
  );
}

function invalid(problem: string, fix: string): SnowmeltError {
  return new SnowmeltError('CONFIG.INVALID', `snowflake.connection: ${problem}`, { fix });
}
