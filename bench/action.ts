/**
 * Compares one action end to end on the local AWS with a hello-world execution of one Lambda function: the difference is what
 * the queue adds to the minimum of Step Functions. Both are measured alternately in one run, from the client's request to the
 * end of the execution, with the machine's clock.
 */
import { ActionKind } from '../lambdas/actions/kinds.ts';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { taskViewSchema } from '../lambdas/queue/contracts/api.ts';
import { callApi } from '../tools/cli/clients/api-client.ts';
import { problemText } from '../tools/cli/clients/queue-client.ts';
import { exampleAction } from '../tools/example-action.ts';
import type { Target } from '../tools/cli/target/target.ts';
import { startLocalEnvironment } from '../tools/local/environment.ts';
import type { LocalOutputs } from '../tools/local/outputs.ts';
import { deployHello } from './hello-world.ts';
import { median, report } from '../tools/report/report.ts';

/** Measured runs, after the runs that warm up the workers. */
const SAMPLES = 25;
const WARM_UPS = 3;
const POLL_MS = 20;
const GOAL = 1.5;

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Waits for the end of an execution; returns its time, in epoch ms. */
async function endMsOf(sfn: SFNClient, executionArn: string): Promise<number> {
  for (;;) {
    const { status, stopDate } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') {
      if (status !== 'SUCCEEDED' || stopDate === undefined) throw new Error(`Execution ended ${status}`);
      return stopDate.getTime();
    }
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
}

async function helloMs(sfn: SFNClient, stateMachineArn: string): Promise<number> {
  const startedAtMs = Date.now();
  const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
  return (await endMsOf(sfn, executionArn)) - startedAtMs;
}

async function actionMs(sfn: SFNClient, target: Target, outputs: LocalOutputs, run: number): Promise<number> {
  const action = exampleAction('examples/q-1042.json', ActionKind.CrmSync);
  const startedAtMs = Date.now();
  const answer = await callApi(target, {
    method: 'POST',
    path: `/quotes/${action.quoteId}/actions`,
    headers: { 'idempotency-key': `bench-${run}` },
    body: JSON.stringify(action.body),
  });
  if (answer.status !== 202) throw new Error(`Enqueue: ${answer.status} ${problemText(answer)}`);
  const { taskId } = taskViewSchema.parse(answer.body);
  const executionArn = `${outputs.stateMachineArn.replace(':stateMachine:', ':execution:')}:${taskId}-1`;
  return (await endMsOf(sfn, executionArn)) - startedAtMs;
}

async function measure(outputs: LocalOutputs): Promise<void> {
  const sfn = new SFNClient({ endpoint: outputs.awsEndpointUrl, region: outputs.region, credentials: KEYS });
  const target: Target = {
    apiUrl: outputs.apiUrl,
    region: outputs.region,
    credentials: () => Promise.resolve(KEYS),
  };
  const helloArn = await deployHello(outputs);
  const hello: number[] = [];
  const action: number[] = [];
  for (let run = 0; run < WARM_UPS + SAMPLES; run += 1) {
    const floorMs = await helloMs(sfn, helloArn);
    const ms = await actionMs(sfn, target, outputs, run);
    if (run < WARM_UPS) continue;
    hello.push(floorMs);
    action.push(ms);
  }
  const ratio = Math.round((median(action) / median(hello)) * 100) / 100;
  report([
    { name: 'hello-world execution', value: median(hello), unit: 'ms', samples: SAMPLES },
    {
      name: `${ActionKind.CrmSync} action, request to end`,
      value: median(action),
      unit: 'ms',
      samples: SAMPLES,
    },
    {
      name: 'action ÷ hello-world',
      value: ratio,
      unit: '×',
      goal: `≤ ${GOAL}`,
      ok: ratio <= GOAL,
      samples: SAMPLES,
    },
  ]);
}

const environment = await startLocalEnvironment();
try {
  await measure(environment.outputs);
} finally {
  await environment.stop();
}
