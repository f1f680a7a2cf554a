/** Deploys the role probe under the role of a function of the queue, and asks it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { buildSync } from 'esbuild';
import type { FunctionName } from '../../../lambdas/contracts/environment.ts';
import { LOCAL_ROOT } from '../../../tools/local/paths.ts';
import { outputs, rootClient } from './queue.ts';
import type { ProbeCall } from './role-probe.ts';

const lambda = new LambdaClient(rootClient);
const BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** The probe as a Lambda archive; Node has no zip of its own, the emulator's Python has. */
export function probeArchive(): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'quoteq-probe-'));
  try {
    buildSync({
      entryPoints: [join(import.meta.dirname, 'role-probe.ts')],
      outfile: join(dir, 'index.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      banner: { js: BANNER },
      logLevel: 'error',
    });
    const python = join(LOCAL_ROOT, 'venv', 'bin', 'python');
    execFileSync(python, ['-m', 'zipfile', '-c', 'probe.zip', 'index.mjs'], { cwd: dir });
    return readFileSync(join(dir, 'probe.zip'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Makes the calls under the role of `name`; the answers in their order, as JSON. */
export async function probeRole(
  name: FunctionName,
  archive: Uint8Array,
  calls: readonly ProbeCall[],
): Promise<readonly string[]> {
  const arn = outputs.functions[name] ?? '';
  const { Role } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: arn }));
  const FunctionName = `probe-${name}`;
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: archive },
      Environment: { Variables: { AWS_ENDPOINT_URL: outputs.awsEndpointUrl } },
    }),
  );
  try {
    const answers: string[] = [];
    for (const call of calls) {
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(call) }),
      );
      answers.push(Payload?.transformToString() ?? '');
    }
    return answers;
  } finally {
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  }
}
