/** The minimum: a state machine with one Task state whose function answers at once. */
import { writeFileSync } from 'node:fs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { lambdaArchive } from '../tools/rig/aws/lambda-archive.ts';
import type { LocalOutputs } from '../tools/local/outputs.ts';

/** It logs a line, as the queue's functions do, because the local AWS waits longer for a function without output. */
const CODE = `export const handler = async () => { console.log('hello'); return { outcome: 'completed' }; };`;

const trustOf = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

const definitionOf = (functionArn: string): string =>
  JSON.stringify({
    StartAt: 'Hello',
    States: { Hello: { Type: 'Task', Resource: functionArn, TimeoutSeconds: 25, End: true } },
  });

/** Deploys the machine; returns its ARN. */
export async function deployHello(outputs: LocalOutputs): Promise<string> {
  const client = {
    endpoint: outputs.awsEndpointUrl,
    region: outputs.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const iam = new IAMClient(client);
  const roleArnOf = async (name: string, service: string): Promise<string> => {
    const created = await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustOf(service) }),
    );
    return created.Role?.Arn ?? '';
  };
  const { FunctionArn = '' } = await new LambdaClient(client).send(
    new CreateFunctionCommand({
      FunctionName: 'hello-world',
      Role: await roleArnOf('hello-function', 'lambda.amazonaws.com'),
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile: lambdaArchive((file) => writeFileSync(file, CODE)) },
    }),
  );
  const roleArn = await roleArnOf('hello-machine', 'states.amazonaws.com');
  const statement = { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: FunctionArn };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'hello-machine', PolicyName: 'invoke', PolicyDocument }),
  );
  const machine = await new SFNClient(client).send(
    new CreateStateMachineCommand({ name: 'hello-world', definition: definitionOf(FunctionArn), roleArn }),
  );
  return machine.stateMachineArn ?? '';
}
