/**
 * `slack-commands`: answers `/quoteq …`, visible only to the user who asked. Verified, parsed and checked against the list of
 * operators like a click. It writes nothing, so a second delivery only answers again. Slack's check of the certificate has no
 * signature and is acknowledged without one.
 */
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { commandAnswer } from '../adapters/command-answer.ts';
import { createFigureSource } from '../adapters/dynamodb/figure-source.ts';
import { DynamoDbTaskRepo } from '../../queue/exports/stores.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { createOperatorList } from '../adapters/operators.ts';
import { systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { type SlashCommand, slashCommandSchema } from '../contracts/slack-payloads.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { answerCommand } from '../domain/answer-command.ts';
import { parseCommand } from '../domain/command-parse.ts';
import { createSlackEndpoint, type SlackWork } from './endpoint.ts';
import { RefusalReason, SlackRefusal } from './slack-refusal.ts';
import { isSslCheck } from './ssl-check.ts';
import { createFormReader } from './verified-form.ts';

const logger = createLogger('slack-commands');
const client = createDocumentClient();
const queue = new DynamoDbTaskRepo(client, requireEnv(Env.TasksTable));
const figures = createFigureSource(client, requireEnv(Env.CardsTable), requireEnv(Env.AuditTable));
const operators = createOperatorList(requireEnv(Env.OperatorsParameter));
const secretArn = requireEnv(Env.SlackSecretArn);

/** If a field occurs twice, it is unknown which one Slack means. */
function commandOf(form: URLSearchParams): SlashCommand {
  const parsed = slashCommandSchema.safeParse(Object.fromEntries(form));
  const isRepeated = [...form.keys()].length !== new Set(form.keys()).size;
  if (parsed.success && !isRepeated) return parsed.data;
  throw new SlackRefusal(400, RefusalReason.Malformed);
}

const read = createFormReader({
  clock: systemClock,
  secret: (forceFetch) => slackSecret(secretArn, forceFetch),
});

const answerForm: SlackWork = async ({ form }) => {
  const command = commandOf(form);
  const person = { teamId: command.team_id, userId: command.user_id };
  if (!(await operators.isOperator(person))) throw new SlackRefusal(403, RefusalReason.NotAnOperator);
  const options = { queue, figures, nowMs: systemClock.nowMs() };
  const findings = await answerCommand(options, parseCommand(command.text ?? ''));
  const answer = commandAnswer(findings, command.command);
  logger.info('command answered', { blocks: answer.blocks.length });
  return answer;
};

/** Answers a command. */
export const handler = createSlackEndpoint(logger, read, answerForm, isSslCheck);
