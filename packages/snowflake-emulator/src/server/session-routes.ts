import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { success } from './envelope.ts';
import { closeSession } from './close-session.ts';
import { ProtocolError } from './protocol-error.ts';
import type { ServerContext } from './server-context.ts';

const renewSchema = z.looseObject({ requestType: z.string(), oldSessionToken: z.string() });
const closeSchema = z.looseObject({ delete: z.literal('true') });

/** Renewal, heartbeat and end of a session, and the telemetry that drivers send. */
export function addSessionRoutes(app: FastifyInstance, context: ServerContext): void {
  const { sessions } = context;

  app.route({
    method: 'POST',
    url: '/session/token-request',
    config: { endpoint: 'token' },
    async handler(request) {
      const { requestType, oldSessionToken } = renewSchema.parse(request.body);
      if (requestType !== 'RENEW') {
        throw new ProtocolError('390109', `Token request of type ${requestType} is not supported.`);
      }
      const session = sessions.renew(request.headers.authorization, oldSessionToken);
      return success({
        sessionToken: session.token,
        validityInSecondsST: sessions.lifetimes.sessionSeconds,
        masterToken: session.masterToken,
        validityInSecondsMT: sessions.lifetimes.masterSeconds,
        sessionId: session.sql.id,
      });
    },
  });

  app.route({
    method: 'POST',
    url: '/session/heartbeat',
    config: { endpoint: 'heartbeat' },
    async handler(request) {
      sessions.touch(sessions.authenticate(request.headers.authorization));
      return success();
    },
  });

  app.route({
    method: 'POST',
    url: '/session',
    config: { endpoint: 'close' },
    async handler(request) {
      closeSchema.parse(request.query);
      await closeSession(context, sessions.authenticate(request.headers.authorization));
      return success();
    },
  });

  app.route({
    method: 'POST',
    url: '/telemetry/send',
    config: { endpoint: 'telemetry' },
    async handler(request) {
      sessions.authenticate(request.headers.authorization);
      return success('Log Received');
    },
  });
}
