import type {
  configure,
  Connection,
  ConnectionOptions,
  createConnection,
  RowStatement,
} from 'snowflake-sdk';

import type { Settings } from './options.ts';

export type { Connection, ConnectionOptions, RowStatement };

interface Driver {
  readonly createConnection: typeof createConnection;
  readonly configure: typeof configure;
}

let loaded: Promise<Driver> | undefined;

/**
 * The driver, loaded when it is first needed: it takes half a second to load, and on loading it
 * probes the cloud's metadata service unless this variable is set (snowflake-sdk 3.3,
 * telemetry/platform_detection). A local server has no use for that.
 */
export async function loadDriver(settings: Settings): Promise<Driver> {
  if (isLocal(settings.accessUrl)) process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] ??= 'true';
  loaded ??= importDriver();
  return loaded;
}

/**
 * `configure` holds for the whole process: another user of the driver in the same process is
 * silenced as well. By default the driver writes `snowflake.log` into the working directory (P7).
 */
async function importDriver(): Promise<Driver> {
  const { default: driver } = (await import('snowflake-sdk')) as unknown as { default: Driver };
  driver.configure({ logLevel: 'OFF', additionalLogToConsole: false });
  return driver;
}

/** Plain http on this machine: an emulator or a tunnel, never Snowflake itself. */
function isLocal(accessUrl: string | undefined): boolean {
  return /^http:\/\/(?:127\.|localhost\b|\[::1\])/iu.test(accessUrl ?? '');
}
