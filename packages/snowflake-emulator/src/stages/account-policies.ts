/**
 * What an account may forbid of stages.
 * https://docs.snowflake.com/en/sql-reference/parameters#account-parameters. The words of the first
 * are those that accounts answer (reported in Snowflake's community); the others follow them.
 */

import { SqlError } from '../engine/contract.ts';
import type { EngineSession } from '../sql/statement-handler.ts';
import type { ExternalPlace } from './stage-catalog.ts';

/** Internal stages are no matter of it: it forbids credentials, and public places. */
export function checkStageCreation(
  external: ExternalPlace | undefined,
  session: EngineSession,
): void {
  if (external === undefined || external.integration !== undefined) return;
  if (session.parameter('REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_CREATION') !== true) return;
  throw forbidden('Creation of stages with direct credentials, including accessing public stages,');
}

/** Loading from, and unloading to, an external stage that was made without an integration. */
export function checkStageOperation(
  external: ExternalPlace | undefined,
  session: EngineSession,
): void {
  if (external === undefined || external.integration !== undefined) return;
  if (session.parameter('REQUIRE_STORAGE_INTEGRATION_FOR_STAGE_OPERATION') !== true) return;
  throw forbidden('Use of stages without storage integrations');
}

/** COPY INTO any internal stage; CREATE STAGE, PUT and GET are not forbidden by it. */
export function checkUnload(external: ExternalPlace | undefined, session: EngineSession): void {
  if (external !== undefined) return;
  if (session.parameter('PREVENT_UNLOAD_TO_INTERNAL_STAGES') !== true) return;
  throw forbidden('Unloading to internal stages');
}

function forbidden(what: string): SqlError {
  return new SqlError(
    '003540',
    '42501',
    `SQL execution error: ${what} has been forbidden for this account. Please contact your account administrator or Snowflake support.`,
  );
}
