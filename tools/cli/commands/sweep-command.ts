/** `sweep`: runs one sweep now, in addition to the one of every minute. Two sweeps at once are safe. */
import { type SweepAnswer, sweepAnswerSchema } from '../../../lambdas/queue/contracts/sweep-answer.ts';
import { CliError } from '../cli-error.ts';
import { type FunctionAnswer, invokeFunction } from '../clients/invoke-function.ts';
import { printAs } from '../terminal/print.ts';
import { explaining, resolveStage, type StageOptions } from '../target/stage-target.ts';
import { renderTable } from '../terminal/table.ts';

/** The value of a JSON text; `undefined` if the text is not JSON. */
function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/**
 * The sweep's answer. After a failure, the message of its error contains the same answer.
 * @throws {CliError} when it did not finish, or its release answers in another form
 */
function answerIn({ payload, failed }: FunctionAnswer): SweepAnswer {
  const answer = parsed(payload);
  const read = sweepAnswerSchema.safeParse(failed ? parsed(Object(answer)['errorMessage']) : answer);
  if (read.success) return read.data;
  if (failed) throw new CliError(`The sweep did not finish, see its log: ${payload}`);
  throw new CliError(
    'The sweep gave an answer that this version does not know: use the release that is deployed',
  );
}

function recoveredText({ recovered }: SweepAnswer): string {
  if (recovered.length === 0) return 'Nothing was recovered or released';
  const rows = recovered.map((task) => [task.quoteId, task.from, task.to, task.generation, task.taskId]);
  return renderTable(['quote', 'from', 'to', 'generation', 'task'], rows);
}

function failuresText({ failures }: SweepAnswer): readonly string[] {
  if (failures.length === 0) return [];
  const rows = failures.map(({ part, id, code, detail }) => [part, id, code, detail]);
  return ['', renderTable(['failed at', 'id', 'code', 'what is wrong'], rows)];
}

const textOf = (answer: SweepAnswer): string =>
  [
    recoveredText(answer),
    ...failuresText(answer),
    ...(answer.leftOut === 0 ? [] : ['', `${answer.leftOut} more are in the sweep's log`]),
  ].join('\n');

/** `quoteq sweep`. @throws {CliError} after it has printed the results, if the sweep had failures */
export async function sweep(options: StageOptions & { readonly json?: boolean }): Promise<void> {
  const target = resolveStage(options);
  const answer = answerIn(
    await explaining('The sweep could not be invoked', () => invokeFunction(target, 'sweep', {})),
  );
  printAs(options, answer, textOf);
  const { length } = answer.failures;
  if (length > 0)
    throw new CliError(
      `The sweep did everything else, but failed at ${length === 1 ? 'one thing' : `${length} things`}`,
    );
}
