/** Checks that the account has enough concurrent executions for the stage's reservations. */
import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { STAGE_SETTINGS } from '../../../lib/config/stage-settings.ts';
import { type StageSettings, Stage } from '../../../lib/config/queue-config.ts';
import { deployedName } from '../../cli/target/function-environment.ts';
import { FUNCTION_NAMES } from '../../../lib/shared/functions.ts';
import { type Finding, type Subject, failed, ok } from '../finding.ts';
import { type AwsSite, limited, present, withClient } from './site.ts';

const SUBJECT: Subject = { subject: 'Lambda concurrency' };
/** Lambda refuses a reservation that leaves fewer unreserved executions than this. */
const UNRESERVED_MINIMUM = 100;
/** Default quota of an account; a new account has less. Service Quotas refuses requests below the default. */
const DEFAULT_QUOTA = 1_000;

const reservationsOf = (stage: string): StageSettings['reservedConcurrency'] => {
  const known = Object.values(Stage).find((name) => name === stage);
  return known === undefined ? {} : STAGE_SETTINGS[known].reservedConcurrency;
};

/** Sum of the executions that a stage reserves. */
export const reservedBy = (stage: string): number =>
  Object.values(reservationsOf(stage)).reduce((sum, count) => sum + count, 0);

/** Executions that a deployed function has reserved; 0 when it is not deployed. */
async function heldBy(client: LambdaClient, name: string): Promise<number> {
  try {
    const command = new GetFunctionConcurrencyCommand({ FunctionName: name });
    return (await client.send(command, limited())).ReservedConcurrentExecutions ?? 0;
  } catch (thrown) {
    if (thrown instanceof ResourceNotFoundException) return 0;
    throw thrown;
  }
}

async function heldByStage(client: LambdaClient, stage: string): Promise<number> {
  const reservations = reservationsOf(stage);
  const names = FUNCTION_NAMES.filter((name) => reservations[name] !== undefined);
  const held = await Promise.all(names.map((name) => heldBy(client, deployedName(stage, name))));
  return held.reduce((sum, count) => sum + count, 0);
}

const quotaCommand = (region: string, quota: number): string =>
  `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${quota} --region ${region}`;

/** @throws the error of the SDK */
export const checkConcurrency = (site: AwsSite): Promise<readonly Finding[]> =>
  withClient(new LambdaClient(site.client), async (client) => {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}), limited());
    const quota = present(AccountLimit?.ConcurrentExecutions, 'a quota');
    const unreserved = present(AccountLimit?.UnreservedConcurrentExecutions, 'what is unreserved');
    const reserved = reservedBy(site.stage);
    const figures = `quota ${quota}, ${unreserved} unreserved`;
    if (reserved === 0) return [ok(SUBJECT, `stage ${site.stage} reserves none (${figures})`)];
    const held = await heldByStage(client, site.stage);
    const needed = reserved + UNRESERVED_MINIMUM;
    const available = unreserved + held;
    const sum = `stage ${site.stage} reserves ${reserved}, Lambda keeps ${UNRESERVED_MINIMUM} unreserved: ${needed} needed, ${available} available (${figures}, ${held} held by this stage)`;
    if (available >= needed) return [ok(SUBJECT, sum)];
    const wanted = Math.max(DEFAULT_QUOTA, quota + needed - available);
    return [failed(SUBJECT, sum, quotaCommand(site.client.region, wanted))];
  });
