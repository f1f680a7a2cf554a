/** Fixed physical names, for resources that one part creates and another finds by name. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FunctionName } from './functions.ts';
import { LIVE_ALIAS, Rollout, type QueueConfig } from '../config/queue-config.ts';

/** Deployed name of a function: `<stackName>-<function>`; the state machine finds workers by this prefix. */
export const deployedFunctionName = (stackName: string, name: FunctionName): string => `${stackName}-${name}`;

/** Deployed name of the state machine that drives a quote action. */
export const stateMachineName = (stackName: string): string => `${stackName}-quote-action`;

/**
 * Queues by content. Each has a fixed name, so that alarms and commands find it without an output of the stack, even after the
 * queue was created again.
 */
export const QUEUE_ROLES = [
  'parked',
  'missed-sweeps',
  'cards',
  'card-dead-letters',
  'clicks',
  'click-dead-letters',
] as const;
/** Names a queue. */
export type QueueRole = (typeof QUEUE_ROLES)[number];

/** Deployed name of a queue: `<stackName>-<role>`. */
export const deployedQueueName = (stackName: string, role: QueueRole): string => `${stackName}-${role}`;

/** Name of the bus of transitions. */
export const transitionBusName = (stackName: string): string => `${stackName}-transitions`;

/** Name of the bus's rule that feeds the cards. */
export const cardRuleName = (stackName: string): string => `${stackName}-cards`;

/** Log group of a function. */
export const functionLogGroupName = (stackName: string, name: FunctionName): string =>
  `/aws/lambda/${deployedFunctionName(stackName, name)}`;

/**
 * Log group that another service writes to. The prefix `/aws/vendedlogs/` keeps CloudWatch's account-wide log
 * policy, limited to 5,120 characters, from growing with each stack.
 */
export const vendedLogGroupName = (stackName: string, source: 'api' | 'quote-action'): string =>
  `/aws/vendedlogs/${stackName}/${source}`;

/** ARN of a state machine of this stack's account and Region, known before the machine exists. */
export const stateMachineArn = (scope: Construct, stackName: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: stateMachineName(stackName),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Prefix of every pinned alias of workers; see `PinnedWorkers`. */
export const PINNED_ALIAS_PREFIX = 'r-';

/** ARN with which executions are started: the machine's `live` alias, or the machine itself if nothing is versioned. */
export const startableMachineArn = (scope: Construct, { stackName, rollout }: QueueConfig): string => {
  const machineArn = stateMachineArn(scope, stackName);
  return rollout === Rollout.None ? machineArn : `${machineArn}:${LIVE_ALIAS}`;
};

/** ARN of every execution of that machine. */
export const executionArns = (scope: Construct, stackName: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachineName(stackName)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** ARN of a function by its deployed name or a prefix of it. */
export const functionArn = (scope: Construct, nameOrPrefix: string): string =>
  Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: nameOrPrefix,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
