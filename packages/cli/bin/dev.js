#!/usr/bin/env -S node --conditions=@snowmelt/source --
// The same command from the sources, without a build.
import module from 'node:module';

// As the built one does: what Node has made of the sources is read there at the next start.
module.enableCompileCache?.();
const { main } = await import('../src/main.ts');

await main(process.argv.slice(2));
// As the built one: what a driver still waits for keeps no finished command alive.
process.stdout.write('', () => process.exit());
