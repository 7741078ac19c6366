import { buildBundle } from './bundle.ts';

/** Builds the script in a process of its own and prints its file: `node build.ts force-app`. */
const sources = process.argv.slice(2);
process.stdout.write(await buildBundle(sources));
