#!/usr/bin/env -S node --
// Without the two dashes Node takes --env-file for a flag of its own.
import { enableCompileCache } from 'node:module';

// What Node has compiled of it is kept beside the system's temporary files: each start reads it there.
enableCompileCache();
const { main } = await import('../dist/main.js');

await main(process.argv.slice(2));
// A driver's forgotten timer must not keep a finished command alive (a stuck run at 3 a.m.).
process.stdout.write('', () => process.exit());
