import { z } from 'zod';

import { SnowmeltError } from '@snowmelt/core';

import { needsProvider } from '../connect/credentials.ts';
import type { Settings } from '../options.ts';
import { driverError } from './driver-error.ts';
import { translateError } from './translate-error.ts';

/** What RFC 6749, section 5.2 has an identity provider say; oauth4webapi keeps it as the cause. */
const said = z.object({ error: z.string(), error_description: z.string().optional() });
const longest = 300;

/**
 * Why a login failed. Where an identity provider or a cloud is asked first, the driver passes on
 * plain errors of many libraries: what they say is told, without any secret that was sent (P7).
 */
export function loginError(error: unknown, settings: Settings): unknown {
  const known = translateError(error, 'login');
  // The driver's own codes and the server's are numbers; those of HTTP libraries are words.
  const asked = /^\d/u.test(driverError(error)?.code ?? '');
  if (asked || !needsProvider(settings) || !(error instanceof Error)) return known;
  const { data } = said.safeParse(error.cause);
  const reason = data === undefined ? '' : ` (${data.error} ${data.error_description ?? ''})`;
  const [line = ''] = `${error.message}${reason}`.split('\n');
  const message = `No token for the login: ${withoutSecrets(line, settings).slice(0, longest)}`;
  return new SnowmeltError('SOURCE.AUTH_FAILED', message, {
    fix:
      settings.workloadIdentity === undefined
        ? 'Check snowflake.oauth_client_id, .oauth_client_secret, .oauth_token_request_url and .oauth_scope.'
        : 'Check snowflake.workload_identity_provider, that this machine has an identity of that cloud, and that the user of Snowflake has it as WORKLOAD_IDENTITY.',
  });
}

function withoutSecrets(text: string, settings: Settings): string {
  const { password, token, oauth } = settings;
  return [password, token, oauth?.clientSecret]
    .filter((secret) => secret !== undefined && secret !== '')
    .reduce<string>((rest, secret) => rest.replaceAll(String(secret), '***'), text);
}
