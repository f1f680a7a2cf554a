/** Notices for a person whose click did nothing, or whose modal could not be opened. */
import type { StoredTask, Transition } from '../../queue/contracts/records.ts';

/** The content of a notice; an adapter formats it. */
export type ClickNotice =
  /** The task has changed since the card, or its state does not allow the action. */
  | { readonly kind: 'lost'; readonly task: StoredTask }
  /** The task does not exist. */
  | { readonly kind: 'missing' }
  /** The task cannot be read. `detail`: the fields, and what was expected of each. */
  | { readonly kind: 'damaged'; readonly detail: string }
  /** The audit modal could not be opened. */
  | { readonly kind: 'trail'; readonly task: StoredTask };

/** The first transition after `version`, if the task's own history reaches that far back: it tells who moved the task. */
export const firstAfter = (task: StoredTask, version: number): Transition | undefined =>
  task.history.find((transition) => transition.version === version + 1);
