import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';

import { SnowmeltError, tellWait, type TellWait } from '@snowmelt/core';

import { proxyFor, type Proxy } from './proxy.ts';

export interface NetworkOptions {
  /** Milliseconds within which an answer of Snowflake has to begin. */
  readonly idleTimeout: number;
  /** The same of storage, and between two pieces of its data. Default: the same. */
  readonly downloadTimeout?: number;
  /** Told of waits that last. */
  readonly onWait?: TellWait | undefined;
  readonly proxy?: Proxy | undefined;
}

export type Headers = Readonly<Record<string, string>>;

interface Request {
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly limit: number;
}

/**
 * Requests that are made beside the driver: for parts of results and staged files. They take the
 * way that the driver takes, through a proxy or past it. No message ever holds a URL (P7).
 */
export class Network {
  readonly idleTimeout: number;
  readonly downloadTimeout: number;
  readonly onWait: TellWait | undefined;
  readonly #proxy: Proxy | undefined;
  readonly #direct = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true }),
  };
  /** By the proxy's address. */
  readonly #proxied = new Map<string, HttpsProxyAgent<string>>();

  constructor({ idleTimeout, downloadTimeout = idleTimeout, onWait, proxy }: NetworkOptions) {
    this.idleTimeout = idleTimeout;
    this.downloadTimeout = downloadTimeout;
    this.onWait = onWait;
    this.#proxy = proxy;
  }

  /** Throws `SOURCE.NETWORK` where there is no answer, or the signal's reason. */
  get(url: string, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#send('GET', { url, headers, signal, limit: this.idleTimeout });
  }

  /** Of storage, which holds no answer back. */
  async download(url: string, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
    using _told = this.tellWait('a download', url);
    return await this.#send('GET', { url, headers, signal, limit: this.downloadTimeout });
  }

  /** Without a body; throws as `get`. */
  post(url: string, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#send('POST', { url, headers, signal, limit: this.idleTimeout });
  }

  #send(
    method: 'GET' | 'POST',
    { url, headers, signal, limit }: Request,
  ): Promise<IncomingMessage> {
    const target = new URL(url);
    const options = { method, headers, signal, agent: this.#agent(target) };
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    // After the answer the watchdog counts, which knows whether anybody wants data.
    const late = new Error(`no answer in ${String(limit / 1000)} s`);
    const timer = setTimeout(() => sent.destroy(late), limit);
    const send = target.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(target, options, (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    sent.end();
    // Stays: a request may fail again after it has been given up.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(signal.aborted ? (signal.reason as Error) : unreachable(target, error));
    });
    return promise;
  }

  /** Tells a wait for a host, without its URL (P7). */
  tellWait(what: string, url: string): Disposable {
    return tellWait(this.onWait, { for: `Snowflake: ${what}`, where: new URL(url).host });
  }

  close(): void {
    for (const agent of [...Object.values(this.#direct), ...this.#proxied.values()]) {
      agent.destroy();
    }
  }

  #agent(target: URL): HttpAgent {
    const proxy = proxyFor(target, this.#proxy);
    if (proxy === undefined) return this.#direct[target.protocol === 'https:' ? 'https' : 'http'];
    const known = this.#proxied.get(proxy);
    if (known !== undefined) return known;
    const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
    this.#proxied.set(proxy, agent);
    return agent;
  }
}

function unreachable({ host }: URL, { code, message }: NodeJS.ErrnoException): SnowmeltError {
  return new SnowmeltError('SOURCE.NETWORK', `${host}: ${code ?? message}.`);
}
