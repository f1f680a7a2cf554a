/** Changes deployed functions for the duration of a drill. The local AWS kills a function's workers when the function changes. */
import {
  GetFunctionConfigurationCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { eventually } from '../rig/process/eventually.ts';
import { lambdaArchiveOf } from '../rig/aws/lambda-archive.ts';
import type { DrillSite } from './site.ts';

type Variables = Readonly<Record<string, string>>;

type Functions = Pick<DrillSite, 'lambda' | 'outputs'>;

const arnOf = (site: Functions, name: FunctionName): string => site.outputs.functions[name] ?? name;

const configurationOf = (site: Functions, name: FunctionName) =>
  site.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: arnOf(site, name) }));

const isReady = (site: Functions, name: FunctionName): Promise<true> =>
  eventually(`function ${name} to be updated`, async () => {
    const { LastUpdateStatus, State } = await configurationOf(site, name);
    return (LastUpdateStatus === 'Successful' && State === 'Active') || undefined;
  });

async function setVariables(site: Functions, name: FunctionName, variables: Variables): Promise<void> {
  const command = new UpdateFunctionConfigurationCommand({
    FunctionName: arnOf(site, name),
    Environment: { Variables: { ...variables } },
  });
  await site.lambda.send(command);
  await isReady(site, name);
}

/** Gives a function additional variables; returns its previous variables. */
async function addVariables(site: Functions, name: FunctionName, variables: Variables): Promise<Variables> {
  const { Environment } = await configurationOf(site, name);
  const before = Environment?.Variables ?? {};
  await setVariables(site, name, { ...before, ...variables });
  return before;
}

/** Runs the work while the functions have these additional variables, and always restores their own variables. */
export async function withVariables<Result>(
  site: Functions,
  names: readonly FunctionName[],
  variables: Variables,
  work: () => Promise<Result>,
): Promise<Result> {
  const changed = await Promise.allSettled(
    names.map(async (name) => ({ name, before: await addVariables(site, name, variables) })),
  );
  try {
    for (const change of changed) if (change.status === 'rejected') throw change.reason;
    return await work();
  } finally {
    const fulfilled = changed.filter((change) => change.status === 'fulfilled');
    await Promise.all(fulfilled.map(({ value }) => setVariables(site, value.name, value.before)));
  }
}

/** SHA-256 of a function's code, base64. */
export const codeHashOf = async (site: Functions, name: FunctionName): Promise<string> =>
  (await configurationOf(site, name)).CodeSha256 ?? '';

/** Deploys the code in a folder to a function. */
export async function deployCode(site: Functions, name: FunctionName, dir: string): Promise<void> {
  await site.lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName: arnOf(site, name), ZipFile: lambdaArchiveOf(dir) }),
  );
  await isReady(site, name);
}
