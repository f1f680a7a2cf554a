/** Buttons of a card: their names at Slack, and their values. */
import * as z from 'zod/mini';
import { executionTaskSchema } from '../../queue/contracts/records.ts';

/** What a button asks for; all but `audit` are operator actions. */
export const CardAction = { Retry: 'retry', Abandon: 'abandon', Cancel: 'cancel', Audit: 'audit' } as const;
/** One of {@link CardAction}. */
export type CardAction = (typeof CardAction)[keyof typeof CardAction];
/** What a button asks for. */
export const cardActionSchema = z.enum(CardAction);

/** Slack's `action_id` of each button. */
export const ACTION_IDS = {
  retry: 'quoteq_retry',
  abandon: 'quoteq_abandon',
  cancel: 'quoteq_cancel',
  audit: 'quoteq_audit',
} as const satisfies Record<CardAction, string>;
/** An `action_id` of a card. */
export type CardActionId = (typeof ACTION_IDS)[CardAction];

/** The action of a button, by its `action_id`. */
export const CARD_ACTION_BY_ID = {
  quoteq_retry: 'retry',
  quoteq_abandon: 'abandon',
  quoteq_cancel: 'cancel',
  quoteq_audit: 'audit',
} as const satisfies Record<CardActionId, CardAction>;

/** Whether a string from Slack is the `action_id` of a card's button. */
export const isCardActionId = (value: string): value is CardActionId =>
  Object.hasOwn(CARD_ACTION_BY_ID, value);

/** Maximum characters of a button's value (Block Kit, "Button element"). */
export const MAX_BUTTON_VALUE_LENGTH = 2_000;

/** A button's value. It carries no authority: the person who clicked and the present state of the task decide. */
export const buttonValueSchema = z.strictObject({
  taskId: executionTaskSchema.shape.taskId,
  /** Version that the card showed. */
  version: executionTaskSchema.shape.version,
  action: cardActionSchema,
});
/** A button's value. */
export type ButtonValue = z.infer<typeof buttonValueSchema>;

/** A button's value as a string. */
export const buttonValueOf = (value: ButtonValue): string => JSON.stringify(value);
