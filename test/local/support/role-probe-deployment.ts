/** Deploys the role probe with the role of a function of the queue, and invokes it. */
import { join } from 'node:path';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { buildSync } from 'esbuild';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { lambdaArchive } from '../../../tools/rig/aws/lambda-archive.ts';
import { outputs, rootClient } from './queue.ts';
import type { ProbeCall } from './role-probe.ts';

const lambda = new LambdaClient(rootClient);
const BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/** The probe, bundled, as a Lambda archive. */
export const probeArchive = (): Uint8Array =>
  lambdaArchive((outfile) =>
    buildSync({
      entryPoints: [join(import.meta.dirname, 'role-probe.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      banner: { js: BANNER },
      logLevel: 'error',
    }),
  );

/** Makes the calls with the role of `name`; returns the answers in order, as JSON. */
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
