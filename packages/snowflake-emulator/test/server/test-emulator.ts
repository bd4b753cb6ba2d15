import { generateKeyPairSync } from 'node:crypto';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/index.ts';

export const keyPair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const publicKey = keyPair.publicKey.export({ format: 'pem', type: 'spki' }).toString();

/** An emulator with one user who may log in each way, and with its events in `events`. */
export async function startTestEmulator(
  options: Partial<EmulatorOptions> = {},
): Promise<Emulator & { events: [string, Readonly<Record<string, unknown>>][] }> {
  const events: [string, Readonly<Record<string, unknown>>][] = [];
  const emulator = await startEmulator({
    users: [{ name: 'mover', password: 'secret', publicKey, token: 'an-access-token' }],
    databases: ['DB'],
    log: (event, fields) => events.push([event, fields]),
    ...options,
  });
  return Object.assign(emulator, { events });
}
