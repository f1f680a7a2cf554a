/** A refused request and the reason; the caller learns only the status. */
import { SignatureRefusal } from '../adapters/verify-signature.ts';

/** Why a request is refused; written to the log. */
export const RefusalReason = {
  ...SignatureRefusal,
  /** More bytes than Slack sends for one of our cards. */
  TooLarge: 'too_large',
  /** Signed by Slack, but not in the form of Slack or the card. */
  Malformed: 'malformed',
  NotAnOperator: 'not_an_operator',
  /** The same click, delivered before. */
  Replayed: 'replayed',
} as const;
/** One of {@link RefusalReason}. */
export type RefusalReason = (typeof RefusalReason)[keyof typeof RefusalReason];

/** 401 not Slack's, 400 malformed, 403 not an operator, 409 replayed. */
type RefusalStatus = 400 | 401 | 403 | 409;

/** A refused request. */
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
