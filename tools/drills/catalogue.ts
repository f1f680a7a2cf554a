/** All drills, in the order of `drill all`. The load drill runs by itself only. */
import { CliError } from '../cli/cli-error.ts';
import type { Drill } from './drill.ts';
import { clockSkew, clockSkewBeyond } from './scenarios/clock-skew.ts';
import { crmStorm } from './scenarios/crm-storm.ts';
import { deployInFlight } from './scenarios/deploy-in-flight.ts';
import { duplicateStorm } from './scenarios/duplicate-storm.ts';
import { dynamodbThrottled } from './scenarios/dynamodb-throttled.ts';
import { executionStopped } from './scenarios/execution-stopped.ts';
import { poisonRecord } from './scenarios/poison-record.ts';
import { replyLost } from './scenarios/reply-lost.ts';
import { slackDown } from './scenarios/slack-down.ts';
import { workerKilled } from './scenarios/worker-killed.ts';

/** All drills except the load. */
export const DRILLS: readonly Drill[] = [
  workerKilled,
  executionStopped,
  crmStorm,
  replyLost,
  poisonRecord,
  duplicateStorm,
  slackDown,
  dynamodbThrottled,
  deployInFlight,
  clockSkew,
  clockSkewBeyond,
];

/** All drills, or the one with that name. @throws {CliError} that lists the valid names */
export function drillsNamed(name: string): readonly Drill[] {
  if (name === 'all') return DRILLS;
  const found = DRILLS.filter((known) => known.name === name);
  if (found.length > 0) return found;
  const names = DRILLS.map((known) => known.name).join(', ');
  throw new CliError(`drill ${name}: expected list, all, load, or one of ${names}`);
}
