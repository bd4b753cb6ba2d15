import type { FastifyInstance } from 'fastify';
import type { EmulatorStats } from './stats.ts';

/** `GET /stats` and `DELETE /stats`, for tests in another process. */
export function addStatsRoutes(app: FastifyInstance, stats: EmulatorStats): void {
  app.route({
    method: 'GET',
    url: '/stats',
    async handler() {
      return {
        requests: stats.requests,
        statements: stats.statements,
        fileReads: Object.fromEntries(stats.fileReads),
      };
    },
  });
  app.route({
    method: 'DELETE',
    url: '/stats',
    async handler() {
      stats.reset();
      return { success: true };
    },
  });
}
