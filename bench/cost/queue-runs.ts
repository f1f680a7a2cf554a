/** The queue's own scenarios, and the usage of one of them. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import type { ActionKind } from '../../lambdas/actions/kinds.ts';
import type { ExecutionTask, StoredTask } from '../../lambdas/queue/contracts/records.ts';
import { canonicalJson } from '../../lambdas/shared/domain/hashing.ts';
import { deriveTaskId, executionNameOf, taskHashOf } from '../../lambdas/queue/domain/task/identity.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { stopped } from '../../lambdas/queue/domain/task/transitions.ts';
import { enqueued } from '../../lambdas/queue/domain/task/move-task.ts';
import { callApi } from '../../tools/cli/clients/api-client.ts';
import { problemText } from '../../tools/cli/clients/queue-client.ts';
import type { QuoteAction } from '../../tools/cli/quote-file.ts';
import { exampleAction } from '../../tools/example-action.ts';
import type { FaultRule } from '../../tools/rig/faults/fault-rules.ts';
import { json } from '../../tools/rig/http/http-server.ts';
import { stepsOf } from './executions.ts';
import {
  awaited,
  type CostLab,
  holdingHook,
  type Parts,
  partsOfSeen,
  seenSince,
  startSeeing,
  taskFunctions,
  type Tried,
  undisturbed,
  usageOfSeen,
  wereShownAlone,
} from './lab.ts';
import { type RecordedCall, ROOT_KEYS } from './meter/recorder.ts';
import { totalOf, type Usage } from './meter/usage.ts';
import { mustKnow } from '../../lambdas/queue/domain/task/foreign.ts';

/** One action to be measured. */
export interface ActionScenario {
  /** Quote file whose action of the kind is used, with a new quote id. */
  readonly quoteFile: `examples/${string}.json`;
  readonly kind: ActionKind;
  /** The CRM's first answer is a 503: unknown outcome, backoff, probe, and then success. */
  readonly failsOnce?: boolean;
}

let runs = 0;

/** The action with a new quote id, which is as long as the file's. */
export function freshAction({ quoteFile, kind }: ActionScenario): QuoteAction {
  const action = exampleAction(quoteFile, kind);
  const { snapshot } = action.body.payload;
  runs += 1;
  const quoteId = `C-${Date.now().toString(36)}-${String(runs).padStart(3, '0')}`;
  const payload = { ...action.body.payload, snapshot: { ...Object(snapshot), quoteId } };
  return { ...action, quoteId, body: { ...action.body, payload } };
}

async function post({ outputs }: CostLab, action: QuoteAction): Promise<string> {
  const { apiUrl, region } = outputs;
  const target = { apiUrl, region, credentials: () => Promise.resolve(ROOT_KEYS) };
  const answer = await callApi(target, {
    method: 'POST',
    path: `/quotes/${action.quoteId}/actions`,
    headers: { 'idempotency-key': action.idempotencyKey },
    body: JSON.stringify(action.body),
  });
  if (answer.status !== 202) throw new Error(`Enqueue: ${answer.status} ${problemText(answer)}`);
  return taskViewSchema.parse(answer.body).taskId;
}

/** Scripts a fault at the providers' proxy. */
export async function scriptFault({ outputs }: CostLab, rule: FaultRule): Promise<void> {
  const response = await fetch(new URL('/_control/faults', outputs.faultProxyUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  });
  if (!response.ok) throw new Error(`Fault: ${await response.text()}`);
}

/** The CRM's first answer about the quote is a 503. */
export const crmFailsOnce = (quoteId: string): FaultRule => ({
  target: 'crm',
  method: 'POST',
  path: '/crm/*',
  bodyIncludes: quoteId,
  fault: { kind: 'status', status: 503 },
});

const isEnded = (task: StoredTask | undefined): boolean =>
  task?.state === 'completed' || task?.state === 'failed_terminal';

/** Waits until the task is completed and shown. */
const completedTask = (lab: CostLab, taskId: string): Promise<StoredTask> =>
  awaited(`${taskId} to be completed and shown`, async () => {
    const task = await lab.tasks.get(taskId);
    if (task === undefined || !isEnded(task) || !(await lab.isShown(taskId, task.version))) return undefined;
    if (task.state !== 'completed') throw new Error(`${taskId}: expected completed, got ${task.state}`);
    return task;
  });

async function transitionsOf(
  { sfn, outputs }: CostLab,
  task: StoredTask,
): Promise<Pick<Usage, 'stateTransitions'>> {
  const prefix = outputs.stateMachineArn.replace(':stateMachine:', ':execution:');
  const generations = Array.from({ length: task.generation }, (_, index) => index + 1);
  const steps = await Promise.all(
    generations.map((generation) => stepsOf(sfn, `${prefix}:${executionNameOf(task.taskId, generation)}`)),
  );
  return { stateTransitions: steps.reduce((sum, { stateTransitions }) => sum + stateTransitions, 0) };
}

/** The usage of a run, in total and by part of the queue. */
export interface MeasuredRun {
  readonly usage: Usage;
  readonly parts: Parts;
}

type TriedRun = MeasuredRun & Tried;

async function runOnce(lab: CostLab, scenario: ActionScenario): Promise<TriedRun> {
  const action = freshAction(scenario);
  if (scenario.failsOnce === true) await scriptFault(lab, crmFailsOnce(action.quoteId));
  const taskId = deriveTaskId(action.quoteId, action.idempotencyKey);
  lab.recorder.onCall(holdingHook(lab, () => lab.tasks.get(taskId)));
  const sinceMs = await startSeeing(lab);
  await post(lab, action);
  const task = await completedTask(lab, taskId);
  lab.recorder.onCall(undefined);
  const seen = await seenSince(lab, sinceMs, taskFunctions(lab));
  const steps = await transitionsOf(lab, task);
  const usage = totalOf([usageOfSeen(seen), steps, { apiRequests: 1 }]);
  const parts = { api: 1, 'state machine': steps.stateTransitions, ...partsOfSeen(seen) };
  const versions = Array.from({ length: task.version }, (_, index) => index + 1);
  const attempts = scenario.failsOnce === true ? 2 : 1;
  const isUndisturbed = task.attempt === attempts && (await wereShownAlone(lab, seen, taskId, versions));
  return { usage, parts, isUndisturbed };
}

/** The usage of one action, from the client's request to its card. @throws {Error} if it does not complete */
export const measureAction = (lab: CostLab, scenario: ActionScenario): Promise<MeasuredRun> =>
  undisturbed(() => runOnce(lab, scenario));

/** Stores a task whose caller died before it could start the execution, just long enough ago for the sweep. */
async function storeOrphan({ tasks }: CostLab, scenario: ActionScenario): Promise<ExecutionTask> {
  const { quoteId, idempotencyKey, body } = freshAction(scenario);
  const { kind } = scenario;
  const identity = {
    taskId: deriveTaskId(quoteId, idempotencyKey),
    quoteId,
    kind,
    idempotencyKey,
    taskHash: taskHashOf(quoteId, kind, body.payload),
    payloadJson: canonicalJson(body.payload),
    maxAttempts: 5,
  };
  const task = enqueued(identity, {
    nowMs: Date.now() - POLICY.overdueMs,
    attemptId: quoteId,
    actor: 'bench',
  });
  await tasks.putIfAbsent(task);
  return task;
}

/** Cancels the task, so that scheduled sweeps do not find it. */
async function cancel({ tasks }: CostLab, taskId: string): Promise<void> {
  const found = await tasks.get(taskId);
  if (found?.state !== 'queued') return;
  const task = mustKnow(found);
  const context = { nowMs: Date.now(), attemptId: taskId, actor: 'bench' };
  await tasks.replace(task, stopped(task, 'operator_cancel', context));
}

async function runSweep({ outputs }: CostLab): Promise<void> {
  const { awsEndpointUrl: endpoint, region } = outputs;
  const lambda = new LambdaClient({ endpoint, region, credentials: ROOT_KEYS });
  const answer = await lambda.send(new InvokeCommand({ FunctionName: outputs.functions['sweep'] ?? '' }));
  lambda.destroy();
  if (answer.FunctionError !== undefined) throw new Error(`sweep: ${answer.Payload?.transformToString()}`);
}

/** Answers each start of an execution without starting it, because its work is not a cost of the recovery. */
const startedInName = (): ReturnType<typeof json> =>
  json(200, { executionArn: 'arn:aws:states:us-east-1:000000000000:execution:none:none', startDate: 0 });

/** The sweep's walks through the tables are a part of every run and not a cost of the recovery. */
const concernsRecovery = ({ outputs }: CostLab, { caller, table, operation }: RecordedCall): boolean =>
  caller !== 'sweep' || (table === outputs.tasksTable && operation !== 'Scan');

async function recoverOnce(lab: CostLab, scenario: ActionScenario): Promise<TriedRun> {
  lab.recorder.onCall(({ caller, operation }) =>
    Promise.resolve(caller === 'sweep' && operation === 'StartExecution' ? startedInName() : undefined),
  );
  const orphan = await storeOrphan(lab, scenario);
  const shown = (version: number): Promise<true> =>
    awaited(
      `version ${version} on the card`,
      async () => (await lab.isShown(orphan.taskId, version)) || undefined,
    );
  await shown(1);
  await seenSince(lab, Date.now(), taskFunctions(lab));
  const sinceMs = await startSeeing(lab);
  await runSweep(lab);
  await shown(2);
  const everything = await seenSince(lab, sinceMs, lab.outputs.functions);
  const seen = { ...everything, calls: everything.calls.filter((call) => concernsRecovery(lab, call)) };
  lab.recorder.onCall(undefined);
  await cancel(lab, orphan.taskId);
  const isUndisturbed = seen.runs.get('sweep') === 1 && (await wereShownAlone(lab, seen, orphan.taskId, [2]));
  return { usage: usageOfSeen(seen), parts: partsOfSeen(seen), isUndisturbed };
}

/**
 * The usage of finding one lost task, starting its next driver and showing the recovery, without the driver's own work. The task is
 * cancelled afterwards.
 */
export const measureRecovery = (lab: CostLab, scenario: ActionScenario): Promise<MeasuredRun> =>
  undisturbed(() => recoverOnce(lab, scenario));
