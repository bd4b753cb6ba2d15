import { existsSync } from 'node:fs';
import { request, type RequestOptions } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';

const patienceMilliseconds = 1000;

/** The first container engine that answers a ping, as a `DOCKER_HOST` value; never throws. */
export async function answeringEngine(
  candidates: readonly string[] = likelyEngines(),
): Promise<string | undefined> {
  for (const engine of candidates) {
    const at = requestOptions(engine);
    if (at !== undefined && (await ping(at))) return engine;
  }
  return undefined;
}

function likelyEngines(): string[] {
  const named = process.env['DOCKER_HOST'];
  if (named) return [named];
  if (process.platform === 'win32') return ['npipe:////./pipe/docker_engine'];
  return ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')].map(
    (path) => `unix://${path}`,
  );
}

function requestOptions(engine: string): RequestOptions | undefined {
  if (engine.startsWith('unix://')) {
    const socketPath = engine.slice('unix://'.length);
    return existsSync(socketPath) ? { socketPath } : undefined;
  }
  if (engine.startsWith('npipe://')) return { socketPath: engine.slice('npipe://'.length) };
  if (!/^(tcp|http):\/\//.test(engine) || !URL.canParse(engine)) return undefined;
  const { hostname, port } = new URL(engine);
  return { host: hostname, port: port === '' ? 2375 : Number(port) };
}

/** `GET /_ping` is what an engine answers without a login or a version. */
function ping(at: RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patienceMilliseconds);
    const call = request({ ...at, path: '/_ping', signal }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('error', () => resolve(false));
    call.end();
  });
}
