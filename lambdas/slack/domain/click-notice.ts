/** What a person is told whose click did nothing, or whose modal could not be opened. */
import type { StoredTask, Transition } from '../../queue/contracts/records.ts';

/** What there is to tell; the words are Slack's adapter's. */
export type ClickNotice =
  /** The task has changed since the card, or its state does not allow the action. */
  | { readonly kind: 'lost'; readonly task: StoredTask }
  /** There is no such task. */
  | { readonly kind: 'missing' }
  /** The task cannot be read. `detail`: fields, and what was expected of each. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** The audit modal could not be opened. */
  | { readonly kind: 'trail'; readonly task: StoredTask };

/** Who moved the task on after `version`: the first transition, as far as the task's own history reaches back. */
export const firstAfter = (task: StoredTask, version: number): Transition | undefined =>
  task.history.find((transition) => transition.version === version + 1);
