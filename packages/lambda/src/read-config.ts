import { access } from 'node:fs/promises';
import { resolve } from 'node:path';

import {
  loadConfig,
  loadConfigText,
  SnowmeltError,
  type Config,
  type Environment,
} from '@snowmelt/core';

/** What the function is told by its environment, beside what AWS puts there. */
export interface Settings {
  /**
   * `s3://bucket/key`, `ssm:/name`, a path, or the text of the configuration itself. Absent:
   * `config.json`, `config.yaml` or `config.yml` of the package.
   */
  readonly config?: string;
  /** Secrets Manager's names or ARNs, and paths of parameters as `ssm:/path`. */
  readonly secrets: readonly string[];
  /** Checks that fail are answered with 500 instead of an error of the function. */
  readonly answersFailedChecks: boolean;
  readonly root: string;
  /** Invocations that may load at one time, beside the one that plans and finishes. */
  readonly mostLoaders: number;
}

/** As the template has it. */
const usualInvocations = 10;

export function readSettings(env: Environment): Settings {
  const { SNOWMELT_CONFIG: config = '', SNOWMELT_SECRETS: secrets = '' } = env;
  return {
    ...(config.trim() === '' ? {} : { config: config.trim() }),
    secrets: secrets.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()])),
    answersFailedChecks: env['SNOWMELT_FAILED_CHECKS'] === 'answer',
    root: env['LAMBDA_TASK_ROOT'] ?? process.cwd(),
    mostLoaders: Math.max(1, (Number(env['SNOWMELT_MOST_INVOCATIONS']) || usualInvocations) - 1),
  };
}

/** Reads and completes the configuration; secrets are variables of it. */
export async function readConfig(settings: Settings, env: Environment): Promise<Config> {
  const variables = { ...bothNames(env), ...bothNames(await readSecrets(settings.secrets)) };
  const { config, root } = settings;
  if (config === undefined) return await loadConfig(await fileOf(root), { env: variables });
  const options = { env: variables };
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/u.exec(config);
  if (s3?.[1] !== undefined && s3[2] !== undefined) {
    return await loadConfigText(await readObject(s3[1], s3[2]), { ...options, path: config });
  }
  if (config.startsWith('ssm:')) {
    const name = config.slice('ssm:'.length);
    return await loadConfigText(await readParameter(name), { ...options, path: `${config}.json` });
  }
  if (/^\s*\{|\n/u.test(config)) {
    return await loadConfigText(config, { ...options, path: 'SNOWMELT_CONFIG' });
  }
  return await loadConfig(resolve(root, config), options);
}

/** The earlier tool took the key by either name. */
function bothNames(env: Environment): Environment {
  const key = env['SNOWFLAKE_PRIVATE_KEY'] ?? env['SNOWFLAKE_RSA_KEY'];
  if (key === undefined) return env;
  return { SNOWFLAKE_PRIVATE_KEY: key, SNOWFLAKE_RSA_KEY: key, ...env };
}

async function fileOf(root: string): Promise<string> {
  for (const name of ['config.json', 'config.yaml', 'config.yml']) {
    const path = resolve(root, name);
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new SnowmeltError('CONFIG.NOT_FOUND', `${root} has no config.json`, {
    fix: 'Put config.json into the root of the package, or say where it is with SNOWMELT_CONFIG.',
  });
}

async function readObject(bucket: string, key: string): Promise<string> {
  const { S3Client, GetObjectCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({});
  try {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await body?.transformToString('utf8')) ?? '';
  } catch (error) {
    throw notRead(`s3://${bucket}/${key}`, error, `s3:GetObject on arn:aws:s3:::${bucket}/${key}`);
  } finally {
    client.destroy();
  }
}

async function readParameter(name: string): Promise<string> {
  const { getParameter } = await import('@aws-lambda-powertools/parameters/ssm');
  try {
    const text = await getParameter(name, { decrypt: true });
    if (text !== undefined) return text;
  } catch (error) {
    throw notRead(`the parameter ${name}`, error, 'ssm:GetParameter on it');
  }
  throw notRead(`the parameter ${name}`, new Error('it is empty'), 'ssm:GetParameter on it');
}

/** A secret is a JSON object of variables; of a path each parameter is one, by its last word. */
async function readSecrets(secrets: readonly string[]): Promise<Environment> {
  const found = await Promise.all(
    secrets.map((name) =>
      name.startsWith('ssm:') ? readPath(name.slice('ssm:'.length)) : readSecret(name),
    ),
  );
  return Object.assign({}, ...found) as Environment;
}

async function readSecret(name: string): Promise<Environment> {
  const { getSecret } = await import('@aws-lambda-powertools/parameters/secrets');
  let text: unknown;
  try {
    text = await getSecret(name);
  } catch (error) {
    throw notRead(`the secret ${name}`, error, 'secretsmanager:GetSecretValue on it');
  }
  try {
    const value: unknown = JSON.parse(String(text));
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, one]) => [key, String(one)]));
  } catch {
    // The reason of the parser quotes the secret (P7).
    throw new SnowmeltError('CONFIG.INVALID', `the secret ${name} is not a JSON object`, {
      fix: 'Store it as {"POSTGRES_PASSWORD": "…"}: the names are those that config.json writes as ${NAME}.',
    });
  }
}

async function readPath(path: string): Promise<Environment> {
  const { getParameters } = await import('@aws-lambda-powertools/parameters/ssm');
  try {
    const values = await getParameters(path, { decrypt: true, recursive: true });
    return Object.fromEntries(
      Object.entries(values ?? {}).map(([name, value]) => [
        name.slice(name.lastIndexOf('/') + 1),
        value,
      ]),
    );
  } catch (error) {
    throw notRead(`the parameters under ${path}`, error, 'ssm:GetParametersByPath on it');
  }
}

function notRead(what: string, error: unknown, right: string): SnowmeltError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new SnowmeltError('CONFIG.NOT_FOUND', `${what} can't be read: ${reason}`, {
    cause: error,
    fix: `Correct its name, or give the function's role ${right}.`,
  });
}
