/** Measures how long a module takes to import in a new process. */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import * as z from 'zod/mini';
import { Env } from '../lambdas/shared/contracts/environment.ts';
import { TYPESETTER_DIR } from '../lib/shared/bundle-functions.ts';
import { FUNCTION_ENV, type FunctionName } from '../lib/shared/functions.ts';

/** Prints wall and CPU time of the import; the CPU time is that of all threads of the process. */
const TIMER = `const t=performance.now(),c=process.cpuUsage();await import(process.argv[1]);
const w=performance.now()-t,{user,system}=process.cpuUsage(c);
process.stdout.write(JSON.stringify({wallMs:w,cpuMs:(user+system)/1000}));process.exit(0)`;

const timesSchema = z.object({ wallMs: z.number(), cpuMs: z.number() });
/** Times of one import, in ms. */
export type ImportTimes = z.infer<typeof timesSchema>;

/**
 * Every variable that the function requires. The values do not matter during import, except the folder of the typesetter, which the
 * worker of PDFs opens beside its bundle.
 */
const environmentFor = (name: FunctionName): Record<string, string> => ({
  ...Object.fromEntries(
    FUNCTION_ENV[name].map((variable) => [
      variable,
      variable.endsWith('URL') ? 'https://example.invalid/' : 'example',
    ]),
  ),
  [Env.TypesetterDir]: TYPESETTER_DIR,
  AWS_REGION: 'us-east-1',
  PATH: process.env['PATH'] ?? '',
});

/** Measures one import of `file` in a new process with the variables of the function. */
export function coldImport(file: string, name: FunctionName): ImportTimes {
  const args = ['--input-type=module', '-e', TIMER, pathToFileURL(file).href];
  const printed = execFileSync(process.execPath, args, { env: environmentFor(name), encoding: 'utf8' });
  return timesSchema.parse(JSON.parse(printed));
}
