import {
  statusDatabase,
  type Config,
  type Logger,
  type PostgresConfig,
  type SnowflakeConfig,
  type Source,
  type StatusStore,
  type Target,
  type TellWait,
} from '@snowmelt/core';
import type { Outage, Silence } from '@snowmelt/target-postgres';

import { connectionsOf } from './connection-need.ts';

/** The adapters that a configuration means. None connects before it is asked for something. */
export async function openSource(config: Config, log?: Logger): Promise<Source> {
  const { createSnowflakeSource } = await import('@snowmelt/source-snowflake');
  return createSnowflakeSource({
    ...snowflakeOptions(config.snowflake),
    connections: connectionsOf(config).snowflake,
    tries: config.max_retry_attempts,
    ...given({ onWait: log && tellWaits(log) }),
    ...(config.query_tag === undefined ? {} : { queryTag: config.query_tag }),
  });
}

export async function openTarget(config: Config, log: Logger): Promise<Target> {
  const { createPostgresTarget } = await import('@snowmelt/target-postgres');
  return createPostgresTarget({
    connection: postgresConnection(config.postgres),
    maxConnections: connectionsOf(config).target,
    settings: postgresSettings(config.postgres),
    ...given({ schemaOwners: config.postgres.schema_owners }),
    onOutage: tellOutage(log),
    onSilence: tellSilence(log),
  });
}

/** `upgrade`: a schema that the earlier tool still works in is upgraded as well. */
export async function openStatus(
  config: Config,
  log: Logger,
  upgrade = false,
): Promise<StatusStore> {
  const { createPostgresStatusStore } = await import('@snowmelt/status-pg');
  return createPostgresStatusStore({
    connection: { ...postgresConnection(config.postgres), database: statusDatabase(config) },
    maxConnections: connectionsOf(config).status,
    upgradeEarlierTool: upgrade,
    onUpgrade: (told) => log.warn('status_schema_upgraded', { ...told }),
    ...given({
      connectTimeoutSeconds: config.postgres.settings?.connect_timeout_seconds,
      silenceSeconds: config.postgres.settings?.network_timeout_seconds,
      schemaOwners: config.postgres.schema_owners,
    }),
    onOutage: tellOutage(log),
    onSilence: tellSilence(log),
  });
}

/** How often the same is told again. */
const tellEveryMs = 10_000;

/** Waiting is told, with its cause; not by each of many that wait for the same. */
function tellOutage(log: Logger) {
  const told = new Map<string, number>();
  return ({ server, message, tries, wait }: Outage): void => {
    const now = performance.now();
    if (now - (told.get(message) ?? -tellEveryMs) < tellEveryMs) return;
    told.set(message, now);
    log.warn('database_away', { server, message, tries, wait_ms: wait });
  };
}

/** Waits that last, with what the other side says of them. */
function tellWaits(log: Logger): TellWait {
  return ({ says = 'no answer', ...wait }) => log.info('waiting', { ...wait, says });
}

function tellSilence(log: Logger) {
  const tell = tellWaits(log);
  return ({ server, what, ...wait }: Silence): void =>
    tell({ for: `PostgreSQL: ${what}`, where: server, ...wait });
}

function snowflakeOptions(snowflake: SnowflakeConfig) {
  const { proxy } = snowflake;
  return {
    account: snowflake.account,
    ...given({
      user: snowflake.user,
      warehouse: snowflake.warehouse,
      role: snowflake.role,
      accessUrl: snowflake.access_url,
      password: snowflake.password,
      privateKey: snowflake.rsa_key,
      privateKeyPassphrase: snowflake.rsa_key_passphrase,
      token: snowflake.token,
      authenticator: authenticatorOf(snowflake.authenticator),
      oauth: oauthOptions(snowflake),
      workloadIdentity: workloadOptions(snowflake),
      proxy: proxy === undefined ? undefined : { url: proxy, bypass: snowflake.no_proxy ?? [] },
      idleTimeout: milliseconds(snowflake.network_timeout_seconds),
      downloadTimeout: milliseconds(snowflake.download_timeout_seconds),
      connectTimeout: milliseconds(snowflake.login_timeout_seconds),
    }),
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function oauthOptions(snowflake: SnowflakeConfig) {
  return given({
    clientId: snowflake.oauth_client_id,
    clientSecret: snowflake.oauth_client_secret,
    tokenRequestUrl: snowflake.oauth_token_request_url,
    authorizationUrl: snowflake.oauth_authorization_url,
    redirectUri: snowflake.oauth_redirect_uri,
    scope: snowflake.oauth_scope,
  });
}

function workloadOptions(snowflake: SnowflakeConfig) {
  const { workload_identity_provider: provider } = snowflake;
  if (provider === undefined) return undefined;
  return {
    provider,
    ...given({
      impersonationPath: snowflake.workload_identity_impersonation_path,
      entraResource: snowflake.workload_identity_entra_resource,
      azureClientId: snowflake.workload_identity_azure_client_id,
    }),
  };
}

/** The driver writes its words in capitals; an Okta URL stays as it is. */
function authenticatorOf(authenticator: string | undefined): string | undefined {
  return authenticator?.startsWith('https:') ? authenticator : authenticator?.toUpperCase();
}

function postgresConnection(postgres: PostgresConfig) {
  const { url, host, port, user, password, auth, aws_region: awsRegion, ssl } = postgres;
  const named = { url, host, port, user, password, auth, awsRegion };
  return given({ ...named, ssl: ssl === undefined ? ssl : given(ssl) });
}

function postgresSettings({ settings = {} }: PostgresConfig) {
  return given({
    lockTimeoutSeconds: settings.lock_timeout_seconds,
    statementTimeoutSeconds: settings.statement_timeout_seconds,
    connectTimeoutSeconds: settings.connect_timeout_seconds,
    networkTimeoutSeconds: settings.network_timeout_seconds,
    maxReplicaLagSeconds: settings.max_replica_lag_seconds,
    maintenanceWorkMem: settings.maintenance_work_mem,
    synchronousCommit: settings.synchronous_commit,
  });
}

/** Without the keys that are undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
