import { once } from 'node:events';
import { createServer } from 'node:http';

import { SnowmeltError } from '@snowmelt/core';

import type { Metric } from './run-metrics.ts';

export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** The text format (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4). */
export function formatPrometheus(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ points }) => points.length > 0)
    .flatMap(({ name, kind, help, points }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${kind}`,
      ...points.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

export interface MetricsServer extends AsyncDisposable {
  readonly port: number;
}

/** Serves `/metrics` to this machine until disposed; port 0 takes a free one. */
export async function serveMetrics(
  port: number,
  read: () => readonly Metric[],
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': prometheusType }).end(formatPrometheus(read()));
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new SnowmeltError('CLI.USAGE', `--metrics-port ${port} can't be listened at: ${code}`, {
      cause: error,
      fix: 'Choose a port that is free, or 0 for any.',
    });
  }
  // Whoever scrapes keeps no run from ending.
  server.unref();
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
