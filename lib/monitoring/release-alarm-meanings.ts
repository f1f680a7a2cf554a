/**
 * The alarms that roll a release back, each with its meaning; its page is `runbooks/alarms/<slug>.md`. They are in the queue's
 * own stack and not in the registry, because the deployment itself watches them.
 */
export const RELEASE_ALARM_MEANINGS = {
  'release-function-errors': 'Functions behind the API, the queues or the schedule fail',
  'release-answered-failures':
    'The API answers 5xx, or consumers return messages that they should have handled, although no function throws',
  'release-worker-crashes': 'Workers crash, exceed their time or memory limit, or cannot be loaded',
} as const;
