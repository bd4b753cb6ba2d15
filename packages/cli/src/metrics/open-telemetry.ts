import type { Logger, RunObserver, RunReport, TableJob } from '@snowmelt/core';
import { tellAll } from '@snowmelt/wiring';

import { gatherMetrics } from './run-metrics.ts';

export interface Telemetry extends AsyncDisposable {
  readonly observer: RunObserver;
  /** The run has come to this end. */
  readonly ended: (report: RunReport) => void;
}

/** Metrics for whoever asks for them: by a port for Prometheus, or by OpenTelemetry's variables. */
export async function openTelemetry(
  jobs: readonly TableJob[],
  { port, log }: { readonly port: number | undefined; readonly log: Logger },
): Promise<Telemetry> {
  const metrics = gatherMetrics(jobs.map(({ key }) => key));
  await using building = new AsyncDisposableStack();
  if (port !== undefined) {
    const { serveMetrics } = await import('./prometheus.ts');
    const server = building.use(await serveMetrics(port, metrics.read));
    log.info('metrics_served', { url: `http://127.0.0.1:${server.port}/metrics` });
  }
  const observers = [metrics.observer];
  const ends = [metrics.ended];
  // Loaded only where somebody wants it.
  const asked = Object.keys(process.env).some((name) => name.startsWith('OTEL_EXPORTER_OTLP'));
  const otlp = asked ? await import('./otlp.ts') : undefined;
  if (otlp?.wantsOtlp(process.env) === true) {
    const sender = building.use(otlp.sendOtlp(metrics.read, process.env, log));
    observers.push(sender.observer);
    ends.push(sender.ended);
  }
  const resources = building.move();
  return {
    observer: tellAll(observers),
    ended: (report) => {
      for (const end of ends) end(report);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
