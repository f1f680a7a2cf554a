/** The API's operations on actions and tasks, for the command line. */
import {
  type AuditView,
  auditViewSchema,
  idempotencyKeySchema,
} from '../../../lambdas/queue/contracts/api.ts';
import { quoteIdSchema } from '../../../lambdas/shared/contracts/quote-snapshot.ts';
import type { DamagedItem } from '../../../lambdas/shared/domain/damaged-items.ts';
import { taskIdSchema } from '../../../lambdas/queue/contracts/records.ts';
import * as z from 'zod/mini';
import { answeredPageSchema, type AnsweredTask, answeredTaskSchema, readAnswer } from '../answers.ts';
import { type ApiAnswer, type ApiRequest, callApiPatiently } from './api-client.ts';
import { CliError } from '../cli-error.ts';
import { placeInFile, type QuoteAction } from '../quote-file.ts';
import type { Target } from '../target/target.ts';
import { shownLine } from '../terminal/terminal-text.ts';

/** The result of one request to enqueue. */
export type EnqueueAnswer =
  | { readonly kind: 'accepted' | 'replayed'; readonly task: AnsweredTask }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: string }
  /**
   * It is not known whether the action was accepted; the answer to a repeated request tells. `status` is present if the API answered with a
   * failure.
   */
  | { readonly kind: 'unanswered'; readonly status?: number; readonly problem: string };

const fieldErrorSchema = z.union([
  z.object({ pointer: z.string(), expected: z.string() }),
  z.object({ parameter: z.string(), expected: z.string() }),
]);
const problemSchema = z.object({
  title: z.string(),
  detail: z.optional(z.string()),
  errors: z.optional(z.array(fieldErrorSchema)),
});

/**
 * A refusal in one line, with the reason and the field.
 * @param place returns the name by which the user knows a field; @default the API's own name of the field
 */
export const problemText = (answer: ApiAnswer, place = (field: string): string => field): string =>
  shownLine(problemOf(answer, place));

function problemOf(answer: ApiAnswer, place: (field: string) => string): string {
  const parsed = problemSchema.safeParse(answer.body);
  if (!parsed.success) return `HTTP ${answer.status}`;
  const { title, detail, errors = [] } = parsed.data;
  const fields = errors.map(
    (error) => `${place('pointer' in error ? error.pointer : error.parameter)}: ${error.expected}`,
  );
  if (fields.length > 0) return `${title} ${fields.join('; ')}`;
  return detail === undefined || detail === title ? title : `${title} ${detail}`;
}

/** The body of a successful answer. @throws {CliError} with the problem if the API refused */
export function bodyOf<T>(answer: ApiAnswer, schema: z.ZodMiniType<T>): T {
  if (answer.status >= 300) throw new CliError(`HTTP ${answer.status}: ${problemText(answer)}`);
  const body = readAnswer(answer.body, schema);
  if (body !== undefined) return body;
  throw new CliError('The API answered in another form than this version expects');
}

/** Path of a quote's actions. @throws {CliError} if the text is not a valid quote id */
function quotePath(quoteId: string): string {
  const parsed = quoteIdSchema.safeParse(quoteId);
  if (parsed.success) return `/quotes/${quoteId}/actions`;
  throw new CliError(`quoteId: ${parsed.error.issues[0]?.message ?? ''}; found ${quoteId}`);
}

/**
 * Values that a path or header cannot carry never reach the API. They are refused here, with the status that the API would
 * answer.
 */
const CARRIED = [
  { field: 'quoteId', parameter: 'quoteId', schema: quoteIdSchema, status: 422 },
  { field: 'idempotencyKey', parameter: 'Idempotency-Key', schema: idempotencyKeySchema, status: 400 },
] as const;

function refusedHere(action: QuoteAction): EnqueueAnswer | undefined {
  for (const { field, parameter, schema, status } of CARRIED) {
    const [issue] = schema.safeParse(action[field]).error?.issues ?? [];
    if (issue === undefined) continue;
    return { kind: 'refused', status, problem: `${placeInFile(action, parameter)}: ${issue.message}` };
  }
  return undefined;
}

/** Whether the failure may pass: the API was too busy, or failed before or after it stored the action. */
const isPassing = ({ status }: ApiAnswer): boolean => status === 429 || status >= 500;

/**
 * Enqueues one action. A refusal or a failure of the API is returned as an answer, not thrown. @throws {CliError} when the API
 * cannot be reached
 */
export async function enqueueAction(target: Target, action: QuoteAction): Promise<EnqueueAnswer> {
  const refused = refusedHere(action);
  if (refused !== undefined) return refused;
  const answer = await callApiPatiently(target, {
    method: 'POST',
    path: quotePath(action.quoteId),
    headers: { 'idempotency-key': action.idempotencyKey },
    body: JSON.stringify(action.body),
  });
  if (answer.status >= 300) {
    const problem = problemText(answer, (field) => placeInFile(action, field));
    return { kind: isPassing(answer) ? 'unanswered' : 'refused', status: answer.status, problem };
  }
  return { kind: answer.status === 202 ? 'accepted' : 'replayed', task: bodyOf(answer, answeredTaskSchema) };
}

/** Parses a task id that the user typed. @throws {CliError} if it is not a valid task id */
export function readTaskId(taskId: string): string {
  if (taskIdSchema.safeParse(taskId).success) return taskId;
  throw new CliError(
    `task: expected an id as \`enqueue\` prints it, task- and 40 hexadecimal digits; found ${taskId}`,
  );
}

/** Path of a task. @throws {CliError} if it is not a valid task id */
export const taskPath = (taskId: string): string => `/actions/${readTaskId(taskId)}`;

/** Reads one task. @throws {CliError} when the task does not exist */
export const getTask = async (target: Target, taskId: string): Promise<AnsweredTask> =>
  bodyOf(await callApiPatiently(target, { method: 'GET', path: taskPath(taskId) }), answeredTaskSchema);

/**
 * Reads the audit trail of a task.
 * @param call sends the request
 * @throws {CliError} when the task does not exist
 */
export const getAudit = async (
  target: Target,
  taskId: string,
  call: (target: Target, request: ApiRequest) => Promise<ApiAnswer> = callApiPatiently,
): Promise<AuditView> =>
  bodyOf(await call(target, { method: 'GET', path: `${taskPath(taskId)}/audit` }), auditViewSchema);

/** The tasks of a quote: the readable ones, and the ids of the damaged ones. */
export interface QuoteTasks {
  readonly tasks: readonly AnsweredTask[];
  readonly damaged: readonly DamagedItem[];
}

/** All tasks of a quote, page by page. @throws {CliError} if it is not a valid quote id */
export async function listTasks(target: Target, quoteId: string): Promise<QuoteTasks> {
  const tasks: AnsweredTask[] = [];
  const damaged: DamagedItem[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor === undefined ? {} : { cursor }) });
    const path = `${quotePath(quoteId)}?${query.toString()}`;
    const page = bodyOf(await callApiPatiently(target, { method: 'GET', path }), answeredPageSchema);
    tasks.push(...page.tasks);
    damaged.push(...(page.damaged ?? []).map(({ taskId: id, detail }) => ({ id, detail })));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { tasks, damaged };
}

/** Whether a task is in a final state. */
export const hasEnded = (task: AnsweredTask): boolean =>
  task.state === 'completed' || task.state === 'failed_terminal';
