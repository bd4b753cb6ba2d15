export {
  connectionsBodySchema,
  errorBodySchema,
  migrateBodySchema,
  validateBodySchema,
  type Answer,
  type ConnectionsBody,
  type ErrorBody,
  type MigrateBody,
  type ValidateBody,
} from './answer.ts';
export { eventSchema, parseEvent, type Invocation, type LambdaEvent } from './event.ts';
export { createHandler, type Handler } from './handler.ts';
