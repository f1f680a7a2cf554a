/**
 * `slack-interactions`: a press of a card's button. Verified, parsed, checked against the list of operators and against
 * replay, in this order; then acknowledged, with the work left to `operate-click`. Only the audit modal is opened here,
 * because Slack's trigger lives three seconds. Delivered again, a click is refused.
 */
import { DynamoDbAuditRepo, DynamoDbTaskRepo } from '../../queue/exports/stores.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../shared/adapters/dynamodb/ledger-repo.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { parseInteraction } from '../adapters/click-payload.ts';
import { createClickQueue } from '../adapters/click-queue.ts';
import { handOverOnce } from '../adapters/click-once.ts';
import { createOperatorCheck } from '../adapters/operators.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import type { Click } from '../contracts/slack-payloads.ts';
import { toQueueError } from '../../shared/domain/errors.ts';
import { createLogger } from '../../shared/platform/observability.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createSlackEndpoint } from './endpoint.ts';
import { showAudit } from '../domain/show-audit.ts';
import { RefusalReason, SlackRefusal } from './slack-refusal.ts';
import { createFormReader } from './verified-form.ts';

/** Of Slack's three seconds; what comes before it takes some 100 ms in a warm function. */
const MODAL_TIMEOUT_MS = 2_000;

const logger = createLogger('slack-interactions');
const client = createDocumentClient();
const ledger = new DynamoDbLedgerRepo(client, requireEnv(Env.LedgerTable));
const queue = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
const audit = new DynamoDbAuditRepo(client, requireEnv(Env.AuditTable));
const send = createClickQueue(requireEnv(Env.ClickQueueUrl));
const isOperator = createOperatorCheck(requireEnv(Env.OperatorsParameter));
const secretArn = requireEnv(Env.SlackSecretArn);
const apiUrl = requireEnv(Env.SlackApiUrl);

/** A trail that cannot be opened in time is shown as a message instead. */
async function openAudit(click: Click, triggerId: string, botToken: string): Promise<string> {
  const slack = createSlackClient(botToken, apiUrl, MODAL_TIMEOUT_MS);
  try {
    return await showAudit({ queue, audit, client: slack }, click.taskId, triggerId);
  } catch (thrown) {
    const { code } = toQueueError(thrown);
    logger.warn('audit modal not opened', { taskId: click.taskId, code });
    return send(click);
  }
}

const read = createFormReader({
  clock: systemClock,
  secret: (forceFetch) => slackSecret(secretArn, forceFetch),
});

/** See the file head. */
export const handler = createSlackEndpoint(logger, read, async ({ form, botToken }, lambdaContext) => {
  const interaction = parseInteraction(form);
  if (interaction.kind === 'ignored') return undefined;
  const { click, triggerId } = interaction;
  if (!(await isOperator(click))) throw new SlackRefusal(403, RefusalReason.NotAnOperator);
  const handOver = await handOverOnce(
    { ledger, clock: systemClock, ids: randomIds, lambdaContext },
    click,
    () => (click.action === 'audit' ? openAudit(click, triggerId, botToken) : send(click)),
  );
  if (handOver === 'replayed') throw new SlackRefusal(409, RefusalReason.Replayed);
  logger.info('click accepted', { taskId: click.taskId, action: click.action, version: click.version });
  return undefined;
});
