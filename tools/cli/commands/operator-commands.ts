/** `retry`, `abandon` and `cancel`: one guarded transition, from the version that the command has just read. */
import type { OperatorAction } from '../../../lambdas/queue/domain/task/operate.ts';
import { answeredTaskSchema } from '../answers.ts';
import { callApi } from '../clients/api-client.ts';
import { printAs } from '../terminal/print.ts';
import { bodyOf, getTask, taskPath } from '../clients/queue-client.ts';
import { endingText } from '../terminal/render.ts';
import { resolveTarget } from '../target/target.ts';
import type { PrintOptions } from './queue-commands.ts';

/** Options of these commands. */
export interface OperatorOptions extends PrintOptions {
  readonly reason?: string;
}

/** The command of an action. The request is sent only once, because the answer to a repeated request would be that the task has changed. */
export const operate =
  (action: OperatorAction) =>
  async (taskId: string, options: OperatorOptions): Promise<void> => {
    const { reason } = options;
    const target = resolveTarget(options);
    const { version: seen } = await getTask(target, taskId);
    const answer = await callApi(target, {
      method: 'POST',
      path: `${taskPath(taskId)}/${action}`,
      headers: { 'if-match': `"${seen}"` },
      ...(reason === undefined ? {} : { body: JSON.stringify({ reason }) }),
    });
    const task = bodyOf(answer, answeredTaskSchema);
    printAs(options, task, ({ kind, quoteId, state, version, generation }) => {
      const ending = endingText(state, `operator_${action}`);
      return `${kind} of quote ${quoteId} is ${ending}, version ${version}, generation ${generation}`;
    });
  };
