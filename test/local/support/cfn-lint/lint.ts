/** Runs cfn-lint; the first call installs it. */
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { installEmulator } from '../../../../tools/rig/aws/install-emulator.ts';

const findingSchema = z.object({
  Filename: z.string(),
  Level: z.string(),
  Message: z.string(),
  Rule: z.object({ Id: z.string() }),
  Location: z.object({ Path: z.nullish(z.array(z.union([z.string(), z.number()]))) }),
});
/** One finding of cfn-lint. */
export type Finding = z.infer<typeof findingSchema>;

const install = async (): Promise<string> => {
  const { python } = await installEmulator({
    what: 'cfn-lint',
    venv: 'venv-cfn-lint',
    requirementsFile: join(import.meta.dirname, 'requirements.txt'),
  });
  return join(dirname(python), 'cfn-lint');
};

/** cfn-lint exits with another code than 0 if it has findings, and prints no list if it fails. */
const run = (command: string, args: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 64 * 1_024 * 1_024, signal }, (error, stdout, stderr) => {
      if (stdout.startsWith('[')) resolve(stdout);
      else
        reject(new Error(`cfn-lint: expected a list of findings, got ${stdout}${stderr}`, { cause: error }));
    });
  });

/** The errors and warnings of the templates, as deployed to a Region. */
export const lint = async (
  region: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  const args = ['--format', 'json', '--regions', region, '--template', ...files];
  return z.array(findingSchema).parse(JSON.parse(await run(await install(), args, signal)));
};
