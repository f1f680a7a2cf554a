/** A request that is not done, and why; the caller learns the status and nothing else. */
import { SignatureRefusal } from '../adapters/verify-signature.ts';

/** Why a request is refused; stands in the log. */
export const RefusalReason = {
  ...SignatureRefusal,
  /** More bytes than Slack sends for a card of ours. */
  TooLarge: 'too_large',
  /** Signed by Slack, and yet not as Slack or the card makes it. */
  Malformed: 'malformed',
  NotAnOperator: 'not_an_operator',
  /** The same click, delivered before. */
  Replayed: 'replayed',
} as const;
/** One of {@link RefusalReason}. */
export type RefusalReason = (typeof RefusalReason)[keyof typeof RefusalReason];

/** 401 not Slack's, 400 malformed, 403 not an operator, 409 replayed. */
type RefusalStatus = 400 | 401 | 403 | 409;

/** See the file head. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly status: RefusalStatus;
  readonly reason: RefusalReason;
  constructor(status: RefusalStatus, reason: RefusalReason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}
