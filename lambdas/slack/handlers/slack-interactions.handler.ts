/**
 * `slack-interactions`: a click on a card's button. Verified, parsed, checked against the list of operators and then against
 * replay; then acknowledged, and `operate-click` does the work. Only the audit modal is opened here, because Slack's trigger is
 * valid for three seconds. Delivered again, a click is refused.
 */
import type { Context } from 'aws-lambda';
import { DynamoDbAuditRepo, DynamoDbTaskRepo } from '../../queue/exports/stores.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { parseClick } from '../adapters/click-payload.ts';
import { createClickQueue } from '../adapters/click-queue.ts';
import { createAuditModal } from '../adapters/audit-modal.ts';
import { createClickGuard } from '../adapters/click-once.ts';
import { createOperatorList } from '../adapters/operators.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { toQueueError } from '../../shared/domain/errors.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createSlackEndpoint } from './endpoint.ts';
import { takeClick, type TakeClickOptions } from '../domain/take-click.ts';
import { RefusalReason, SlackRefusal } from './slack-refusal.ts';
import { createFormReader } from './verified-form.ts';

/** A part of Slack's three seconds; the steps before it take some 100 ms in a warm function. */
const MODAL_TIMEOUT_MS = 2_000;

const logger = createLogger('slack-interactions');
const client = createDocumentClient();
const ledger = new DynamoDbLedgerRepo(client, requireEnv(Env.LedgerTable));
const queue = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
const audit = new DynamoDbAuditRepo(client, requireEnv(Env.AuditTable));
const clicks = createClickQueue(requireEnv(Env.ClickQueueUrl));
const operators = createOperatorList(requireEnv(Env.OperatorsParameter));
const secretArn = requireEnv(Env.SlackSecretArn);
const apiUrl = requireEnv(Env.SlackApiUrl);

/** Options of one invocation. */
const takeOptions = (context: Context, botToken: string): TakeClickOptions => ({
  operators,
  guard: createClickGuard({
    ledger,
    clock: systemClock,
    ids: randomIds,
    remainingMs: () => context.getRemainingTimeInMillis(),
  }),
  clicks,
  queue,
  audit,
  modal: createAuditModal(() => createSlackClient(botToken, apiUrl, MODAL_TIMEOUT_MS)),
  onModalFailed: ({ taskId }, thrown) =>
    logger.warn('audit modal not opened', { taskId, code: toQueueError(thrown).code }),
});

const read = createFormReader({
  clock: systemClock,
  secret: (forceFetch) => slackSecret(secretArn, forceFetch),
});

/** Takes a click. */
export const handler = createSlackEndpoint(logger, read, async ({ form, botToken }, context) => {
  const request = parseClick(form);
  if (request.kind === 'ignored') return undefined;
  const { click, triggerId } = request;
  const taken = await takeClick(takeOptions(context, botToken), click, triggerId);
  if (taken === 'not_an_operator') throw new SlackRefusal(403, RefusalReason.NotAnOperator);
  if (taken === 'replayed') throw new SlackRefusal(409, RefusalReason.Replayed);
  logger.info('click accepted', { taskId: click.taskId, action: click.action, version: click.version });
  return undefined;
});
