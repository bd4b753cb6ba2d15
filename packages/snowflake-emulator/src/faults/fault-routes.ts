import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FaultRegistry } from './fault-registry.ts';

const idSchema = z.object({ id: z.coerce.number().int() });

/**
 * Faults over HTTP, for tests in another process: `POST /faults` sets one and gives it back with
 * its `id`, `GET /faults` lists them with their history, `DELETE /faults` and `/faults/{id}` lift
 * them. A fault that makes no sense is answered with 400.
 */
export function addFaultRoutes(app: FastifyInstance, registry: FaultRegistry): void {
  app.route({ method: 'GET', url: '/faults', handler: async () => registry.list() });
  app.route({
    method: 'POST',
    url: '/faults',
    async handler(request, reply) {
      try {
        return registry.add(request.body as Parameters<FaultRegistry['add']>[0]);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        return reply.code(400).send({ success: false, message: z.prettifyError(error) });
      }
    },
  });
  app.route({
    method: 'DELETE',
    url: '/faults',
    async handler() {
      registry.clear();
      return { success: true };
    },
  });
  app.route({
    method: 'DELETE',
    url: '/faults/:id',
    async handler(request) {
      const { id } = idSchema.parse(request.params);
      return { success: registry.remove(id) };
    },
  });
}
