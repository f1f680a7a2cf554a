/**
 * The alarms that take a release back, each with its meaning; its page is `runbooks/alarms/<slug>.md`. They stand in the
 * queue's own stack and not in the registry, since the deployment itself listens to them.
 */
export const RELEASE_ALARM_MEANINGS = {
  'release-function-errors': 'Functions behind the API, the queues or the schedule fail',
  'release-answered-failures':
    'The API answers 5xx, or consumers give back what they should have done, though no function throws',
  'release-worker-crashes': 'Workers crash, run out of time or memory, or cannot be loaded',
} as const;
