export {
  abortBodySchema,
  connectionsBodySchema,
  errorBodySchema,
  loadBodySchema,
  migrateBodySchema,
  planBodySchema,
  validateBodySchema,
  type AbortBody,
  type Answer,
  type ConnectionsBody,
  type ErrorBody,
  type LoadBody,
  type MigrateBody,
  type PlanBody,
  type ValidateBody,
} from './answer.ts';
export { eventSchema, parseEvent, type Invocation, type LambdaEvent } from './event.ts';
export { createHandler, type Handler } from './handler.ts';
