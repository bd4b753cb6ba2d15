import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { SessionOptions } from '../engine/contract.ts';
import { success } from './envelope.ts';
import { ProtocolError } from './protocol-error.ts';
import { parametersOf } from './result-data.ts';
import type { ServerContext } from './server-context.ts';
import type { Session } from './sessions.ts';
import { secretEquals } from './users.ts';
import { subjectOf, verifyKeyPair } from './verify-key-pair.ts';

const text = z.string().nullish();
const loginSchema = z.looseObject({
  data: z.looseObject({
    ACCOUNT_NAME: z.string(),
    LOGIN_NAME: text,
    PASSWORD: text,
    TOKEN: text,
    AUTHENTICATOR: text,
    CLIENT_APP_ID: text,
    CLIENT_APP_VERSION: text,
    SESSION_PARAMETERS: z.record(z.string(), z.unknown()).nullish(),
  }),
});
type LoginData = z.infer<typeof loginSchema>['data'];

const querySchema = z.looseObject({
  warehouse: z.string().optional(),
  databaseName: z.string().optional(),
  schemaName: z.string().optional(),
  roleName: z.string().optional(),
});

/** `POST /session/v1/login-request`: by password, key pair, OAuth token or access token. */
export function addLoginRoutes(app: FastifyInstance, context: ServerContext): void {
  const url = '/session/v1/login-request';
  app.route({
    method: 'POST',
    url,
    config: { endpoint: 'login' },
    async handler(request) {
      const { data } = loginSchema.parse(request.body);
      const user = await authenticate(data, context);
      const options = sessionOptions(user, data, querySchema.parse(request.query));
      const client = { id: data.CLIENT_APP_ID ?? '', version: data.CLIENT_APP_VERSION ?? '' };
      const session = context.sessions.open(
        await context.engine.openSession(options),
        user,
        client,
      );
      context.log('login', { user, sessionId: session.sql.id, client: client.id });
      return success(loginData(session, context));
    },
  });
}

/** Gives the user's name in upper case, or throws what the service refuses the login with. */
async function authenticate(data: LoginData, context: ServerContext): Promise<string> {
  const { account, users } = context;
  if (data.ACCOUNT_NAME.toUpperCase() !== account.toUpperCase()) {
    const message = `Account ${data.ACCOUNT_NAME} is not served here; this is ${account}.`;
    throw new ProtocolError('390100', message);
  }
  const user = users.get(loginName(data, account));
  switch ((data.AUTHENTICATOR ?? 'SNOWFLAKE').toUpperCase()) {
    case 'SNOWFLAKE':
    case 'USERNAME_PASSWORD_MFA':
      if (secretEquals(user?.password, data.PASSWORD ?? undefined)) return user?.name ?? '';
      throw new ProtocolError('390100', 'Incorrect username or password was specified.');
    case 'SNOWFLAKE_JWT':
      await verifyKeyPair(data.TOKEN ?? '', user, account);
      return user?.name ?? '';
    case 'OAUTH':
      return ownerOfToken(data, context, ['390303', 'Invalid OAuth access token.']);
    case 'WORKLOAD_IDENTITY':
      // Others send proofs that only their cloud can check.
      if (data['PROVIDER'] !== 'OIDC') {
        throw new ProtocolError('390100', 'Of workload identities this emulator knows OIDC only.');
      }
      return ownerOfToken(data, context, ['390100', 'The OIDC token is not known here.']);
    case 'PROGRAMMATIC_ACCESS_TOKEN':
      return ownerOfToken(data, context, ['394400', 'Programmatic access token is invalid.']);
    default: {
      const message = `Authenticator ${data.AUTHENTICATOR} is not supported by this emulator.`;
      throw new ProtocolError('390100', message);
    }
  }
}

/** Some clients name nobody and leave it to the token's subject, `ACCOUNT.USER`, which is verified below. */
function loginName({ LOGIN_NAME, TOKEN }: LoginData, account: string): string {
  if (LOGIN_NAME !== undefined && LOGIN_NAME !== null && LOGIN_NAME !== '')
    return LOGIN_NAME.toUpperCase();
  const subject = subjectOf(TOKEN ?? '') ?? '';
  const prefix = `${account.toUpperCase()}.`;
  return subject.startsWith(prefix) ? subject.slice(prefix.length) : '';
}

/** A token says whose it is; a login name, where one is sent with it, has to agree. */
function ownerOfToken(
  data: LoginData,
  { users }: ServerContext,
  [code, message]: readonly [string, string],
): string {
  const given = data.TOKEN ?? data.PASSWORD ?? undefined;
  const owner = [...users.values()].find((user) => secretEquals(user.token, given));
  const name = data.LOGIN_NAME?.toUpperCase() ?? '';
  if (owner === undefined || (name !== '' && name !== owner.name)) {
    throw new ProtocolError(code, message);
  }
  return owner.name;
}

function sessionOptions(
  user: string,
  data: LoginData,
  query: z.infer<typeof querySchema>,
): SessionOptions {
  const { databaseName, schemaName, warehouse, roleName } = query;
  return {
    user,
    ...(databaseName === undefined ? {} : { database: databaseName }),
    ...(schemaName === undefined ? {} : { schema: schemaName }),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(roleName === undefined ? {} : { role: roleName }),
    parameters: data.SESSION_PARAMETERS ?? {},
  };
}

function loginData(session: Session, { sessions, account }: ServerContext) {
  const { state } = session.sql;
  return {
    token: session.token,
    masterToken: session.masterToken,
    validityInSeconds: sessions.lifetimes.sessionSeconds,
    masterValidityInSeconds: sessions.lifetimes.masterSeconds,
    sessionId: session.sql.id,
    displayUserName: session.user,
    serverVersion: 'emulator',
    firstLogin: false,
    parameters: parametersOf(state),
    sessionInfo: {
      accountName: account,
      databaseName: state.database ?? null,
      schemaName: state.schema ?? null,
      warehouseName: state.warehouse ?? null,
      roleName: state.role ?? null,
    },
  };
}
