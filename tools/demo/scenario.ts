/** The faults of the demo: a rate limit, a lost reply and a killed worker, each for a different task. */
import { hasRole } from '../../lambdas/shared/contracts/error-codes.ts';
import type { AuditView } from '../../lambdas/queue/contracts/api.ts';
import type { FaultRule } from '../rig/faults/fault-rules.ts';

/** The quotes of examples/, three actions each. */
export const DEMO_FILES = ['examples/q-1042.json', 'examples/q-1043.json', 'examples/q-1044.json'] as const;

/** One scripted fault with its announcement. */
export interface DemoFault {
  readonly story: string;
  readonly rule: FaultRule;
}

const UPSERT = '/crm/v3/objects/deals/batch/upsert';
const POST_MESSAGE = '/api/chat.postMessage';

/** The faults. Each matches the requests of one quote only. */
export const DEMO_FAULTS: readonly DemoFault[] = [
  {
    story: 'Q-1042 crm.sync: the CRM answers 429 with Retry-After: 2, twice',
    rule: {
      target: 'crm',
      method: 'POST',
      path: UPSERT,
      bodyIncludes: 'Q-1042',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 2 },
      times: 2,
    },
  },
  {
    story: 'Q-1043 crm.sync: the CRM accepts the deal, its reply is lost',
    rule: {
      target: 'crm',
      method: 'POST',
      path: UPSERT,
      bodyIncludes: 'Q-1043',
      fault: { kind: 'drop_reply' },
    },
  },
  {
    story: 'Q-1044 slack.notify: Slack accepts the message, the worker is killed before it hears of it',
    rule: {
      target: 'slack',
      method: 'POST',
      path: POST_MESSAGE,
      // Words of the message, which the root message of the thread does not contain.
      bodyIncludes: 'please book air freight',
      fault: { kind: 'kill_client' },
    },
  },
];

const isLost = ({ errorCode }: AuditView['records'][number]): boolean => hasRole(errorCode, 'lost_worker');

/** The number of lost workers, with an explanation if it is larger than announced, which is possible on a slow machine. */
export function lostWorkersText(trails: readonly AuditView[]): string {
  const announced = DEMO_FAULTS.filter(({ rule }) => rule.fault.kind === 'kill_client').length;
  const lost = trails.flatMap(({ records }) => records.filter(isLost)).length;
  const head = `Workers lost: ${lost}, of which ${announced} announced.`;
  return lost <= announced
    ? head
    : `${head} The others ran out of their time on this machine; what they had begun was looked for and carried on.`;
}
