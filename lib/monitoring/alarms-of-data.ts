/** Alarms on damage to data: duplicates, and dead letters (records, cards, clicks). */
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { ageOf, counted, depthOf, ofCardRule, type Signal } from './signals.ts';

const NOT_COUNTED = 'The metric is written only when there is something to count.';
const RULE_SILENT = 'EventBridge reports the metric only when it is not zero.';
const SQS_SILENT = 'SQS reports no data for a queue that was not used for hours: it is empty.';

/** A click has no delay: it is handled at once. Five minutes mean three failed deliveries, or no consumer. */
const CLICK_AGE_SECONDS = 5 * 60;
/**
 * A card's message waits on purpose: at most 900 s until it is delivered (`CARD_RETRY.maxDelaySeconds`; a retry is a new
 * message, whose age starts at 0), then 5 deliveries of 180 s if `update-card` fails on it: 1,800 s in all. Twice that allows
 * for a backlog. Beyond that the queue has no consumer.
 */
const CARD_AGE_SECONDS = 60 * 60;

/** Messages wait although their function should run: the event source mapping is disabled, or the consumer is throttled. */
const waitsTooLong = (
  queue: 'cards' | 'clicks',
  meaning: string,
  severity: AlarmDefinition['severity'],
  seconds: number,
): AlarmDefinition => ({
  slug: `${queue}-waiting`,
  meaning,
  severity,
  signals: { [ONLY]: ageOf(queue) },
  comparison: '>',
  threshold: seconds,
  periodMinutes: 5,
  periods: 1,
  missingData: 'notBreaching',
  missingDataWhy: SQS_SILENT,
});

/** Rings on one event in five minutes, because each needs an operator. */
const atOnce = (
  slug: string,
  meaning: string,
  severity: AlarmDefinition['severity'],
  signal: Signal,
  missingDataWhy: string,
): AlarmDefinition => ({
  slug,
  meaning,
  severity,
  signals: { [ONLY]: signal },
  comparison: '>=',
  threshold: 1,
  periodMinutes: 5,
  periods: 1,
  missingData: 'notBreaching',
  missingDataWhy,
});

/** The alarms. */
export const DATA_ALARMS: readonly AlarmDefinition[] = [
  atOnce(
    'duplicate-mutations',
    'A provider holds an effect twice, or another one than was asked for',
    'page',
    counted(Metric.DuplicateMutations),
    NOT_COUNTED,
  ),
  atOnce(
    'fingerprint-mismatch',
    'The record under the key of an action is not what the action asks for',
    'page',
    counted(Metric.FingerprintMismatches),
    NOT_COUNTED,
  ),
  atOnce(
    'parked-records',
    'Transitions could not be published: the audit trail may have a gap',
    'page',
    depthOf('parked'),
    SQS_SILENT,
  ),
  {
    ...atOnce(
      'audit-gaps',
      'The audit trail lacks transitions that are no longer in the tasks’ own history',
      'ticket',
      counted(Metric.AuditGapsUnrepairable, 'Maximum'),
      'Only a sweep that could read the trails reports this; if it cannot read them, sweep-blind rings.',
    ),
    // A gap is reported once in each pass over the tasks, which takes hours if there are many.
    periodMinutes: 60,
  },
  atOnce(
    'missed-sweeps',
    'The scheduler could not start the sweep',
    'ticket',
    depthOf('missed-sweeps'),
    SQS_SILENT,
  ),
  atOnce(
    'card-delivery-failures',
    'EventBridge gave up delivering transitions to the card queue: cards in Slack may be stale',
    'ticket',
    ofCardRule('FailedInvocations'),
    RULE_SILENT,
  ),
  atOnce(
    'card-events-lost',
    'Transitions reached neither the card queue nor its dead letters: their cards stay stale',
    'page',
    ofCardRule('InvocationsFailedToBeSentToDlq'),
    RULE_SILENT,
  ),
  atOnce(
    'card-dead-letters',
    'Card updates are dead letters: cards in Slack may be stale',
    'ticket',
    depthOf('card-dead-letters'),
    SQS_SILENT,
  ),
  atOnce(
    'click-dead-letters',
    'Clicks of operators are dead letters: their actions were not carried out',
    'page',
    depthOf('click-dead-letters'),
    SQS_SILENT,
  ),
  waitsTooLong(
    'clicks',
    'A click of an operator was not carried out for five minutes',
    'page',
    CLICK_AGE_SECONDS,
  ),
  waitsTooLong(
    'cards',
    'A card update has waited for an hour: no function consumes the queue',
    'ticket',
    CARD_AGE_SECONDS,
  ),
  atOnce(
    'slack-terminal-errors',
    'Slack refuses card updates until the channel, the app or the token is repaired',
    'ticket',
    counted(Metric.SlackTerminalErrors),
    NOT_COUNTED,
  ),
];
