import { asSecret, type Secret, type SecretText, type TellWait, waits } from '@snowmelt/core';

import type { Proxy } from './proxy.ts';

/** How to reach Snowflake and how to read it. Sizes in bytes, times in milliseconds. */
export interface SnowflakeSourceOptions {
  /** Account identifier, such as `myorg-myaccount`; see `endpoint` for its host. */
  readonly account: string;
  /** Left out where the token says whose it is. */
  readonly user?: string;
  readonly warehouse?: string;
  readonly role?: string;
  /** Another endpoint: PrivateLink, or a local server (`http://127.0.0.1:PORT`). */
  readonly accessUrl?: string;

  /** One way in: a password, a private key, a token, or what {@link authenticator} asks for. */
  readonly password?: SecretText;
  /** PKCS#8 PEM, encrypted or not; its line ends may be written as `\n`. */
  readonly privateKey?: SecretText;
  readonly privateKeyPassphrase?: SecretText;
  /** A programmatic access token; of `OAUTH` and of `WORKLOAD_IDENTITY` by OIDC their token. */
  readonly token?: SecretText;
  /** As the driver names it; by default the one that goes with the credential given. */
  readonly authenticator?: string;
  readonly oauth?: OauthOptions;
  readonly workloadIdentity?: WorkloadIdentityOptions;
  /** Shows a person an address to log in at. By default the system's browser. */
  readonly openBrowser?: (url: string) => void;

  /** Most sessions in parallel. A session runs one statement at a time. Default 4. */
  readonly connections?: number;
  /** Marks statements in Snowflake's query history, those of tables with a tag apart. Default `snowmelt`. */
  readonly queryTag?: string;
  /** Until when a login must be done. Default 30,000; a browser login gets two minutes more. */
  readonly connectTimeout?: number;
  /**
   * How long Snowflake may give no answer; a statement that runs is no silence. Default 120,000.
   */
  readonly idleTimeout?: number;
  /**
   * How long storage may give no answer, and how long data may stand still while they are asked for.
   * Default 30,000, and never more than {@link idleTimeout}.
   */
  readonly downloadTimeout?: number;
  /** Told of waits that last. */
  readonly onWait?: TellWait;
  /** How often a statement is tried that failed by something that passes. Default 3. */
  readonly tries?: number;
  /** Used instead of the environment's, by the driver and for downloads. */
  readonly proxy?: Proxy;
  /** Size an unloaded file aims at, compressed. Default 64 MiB. */
  readonly fileBytes?: number;
  /** A table larger than this, by the catalog, is unloaded in segments. Default 4 GiB. */
  readonly segmentBytes?: number;
}

/** Of `OAUTH_CLIENT_CREDENTIALS` and `OAUTH_AUTHORIZATION_CODE`. */
export interface OauthOptions {
  readonly clientId?: string;
  readonly clientSecret?: SecretText;
  readonly tokenRequestUrl?: string;
  readonly authorizationUrl?: string;
  readonly redirectUri?: string;
  readonly scope?: string;
}

/** Of `WORKLOAD_IDENTITY`. */
export interface WorkloadIdentityOptions {
  readonly provider: 'AWS' | 'AZURE' | 'GCP' | 'OIDC';
  readonly impersonationPath?: readonly string[];
  readonly entraResource?: string;
  readonly azureClientId?: string;
}

/** Wrapped, whoever gave them: the settings go wherever a session is opened (P7). */
interface Secrets {
  readonly password?: Secret;
  readonly privateKey?: Secret;
  readonly privateKeyPassphrase?: Secret;
  readonly token?: Secret;
  readonly oauth?: OauthOptions & { readonly clientSecret?: Secret };
  readonly proxy?: Proxy & { readonly url: Secret };
}

type PlainOptions = Omit<SnowflakeSourceOptions, keyof Secrets>;

export type Settings = PlainOptions &
  Secrets & {
    readonly connections: number;
    readonly queryTag: string;
    readonly connectTimeout: number;
    readonly idleTimeout: number;
    readonly downloadTimeout: number;
    readonly tries: number;
    readonly fileBytes: number;
    readonly segmentBytes: number;
  };

const MiB = 1024 * 1024;

export function withDefaults(given: SnowflakeSourceOptions): Settings {
  const { password, privateKey, privateKeyPassphrase, token, oauth, proxy, ...options } = given;
  const { idleTimeout = waits['source.statement'].seconds * 1000 } = options;
  const { downloadTimeout = waits['source.next-byte'].seconds * 1000 } = options;
  return {
    ...options,
    ...wrapped({ password, privateKey, privateKeyPassphrase, token }),
    ...(oauth === undefined ? {} : { oauth: wrappedOauth(oauth) }),
    ...(proxy === undefined ? {} : { proxy: { ...proxy, url: asSecret(proxy.url) } }),
    connections: options.connections ?? 4,
    queryTag: options.queryTag ?? 'snowmelt',
    connectTimeout: options.connectTimeout ?? waits['source.login'].seconds * 1000,
    idleTimeout,
    downloadTimeout: Math.min(downloadTimeout, idleTimeout),
    tries: options.tries ?? 3,
    fileBytes: options.fileBytes ?? 64 * MiB,
    segmentBytes: options.segmentBytes ?? 4096 * MiB,
  };
}

type Login = 'password' | 'privateKey' | 'privateKeyPassphrase' | 'token';

function wrapped(login: { readonly [Key in Login]: SecretText | undefined }): {
  [Key in Login]?: Secret;
} {
  const entries = Object.entries(login).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, asSecret(value)] as const],
  );
  return Object.fromEntries(entries);
}

function wrappedOauth({ clientSecret, ...oauth }: OauthOptions) {
  return clientSecret === undefined ? oauth : { ...oauth, clientSecret: asSecret(clientSecret) };
}
