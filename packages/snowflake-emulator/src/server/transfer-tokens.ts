import { randomBytes } from 'node:crypto';

export type TransferRight = 'read' | 'write';

/** Tokens that let the driver read or write the files of one stage directory for an hour. */
export interface TransferTokens {
  issue(directory: string, right: TransferRight): string;
  /** Whether the header `Bearer …` gives `right` to the file at `path` below the stage root. */
  allows(authorization: string | undefined, path: string, right: TransferRight): boolean;
}

const lifetimeMs = 3_600_000;

export function createTransferTokens(): TransferTokens {
  const grants = new Map<string, { directory: string; right: TransferRight; expiresAt: number }>();
  return {
    issue(directory, right) {
      const now = Date.now();
      for (const [token, grant] of grants) if (grant.expiresAt <= now) grants.delete(token);
      const token = randomBytes(24).toString('base64url');
      grants.set(token, { directory, right, expiresAt: now + lifetimeMs });
      return token;
    },
    allows(authorization, path, right) {
      const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '';
      const grant = grants.get(token);
      if (grant === undefined || grant.expiresAt <= Date.now()) return false;
      const inside = path.startsWith(grant.directory === '' ? '' : `${grant.directory}/`);
      // The driver asks by HEAD whether a file that it is about to write exists.
      return inside && (grant.right === right || right === 'read');
    },
  };
}
