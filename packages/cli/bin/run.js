#!/usr/bin/env -S node --
// Without the two dashes Node takes --env-file for a flag of its own.
import module from 'node:module';

// What Node has compiled of it is kept beside the system's temporary files: each start reads it there.
module.enableCompileCache?.();
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`snowmelt needs Node 24 or later; this is ${process.version}\n`);
  process.exit(2);
}
const { main } = await import('../dist/main.js');

await main(process.argv.slice(2));
// A driver's forgotten timer must not keep a finished command alive (a stuck run at 3 a.m.).
process.stdout.write('', () => process.exit());
