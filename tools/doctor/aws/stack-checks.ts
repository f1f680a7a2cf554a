/** The status of the stacks according to CloudFormation: deployed, absent, or left by a failed deployment. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import type { Finding, Subject } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import { type AwsSite, limited, present, withClient } from './site.ts';

/** The page about the recovery from each status. */
export const RECOVERY_PAGE = 'runbooks/procedures/recover-a-failed-deployment.md';

/** A stack. */
export interface StackView {
  readonly name: string;
  readonly status: string;
  /** Reason of the status; may be empty. */
  readonly reason: string;
  /** Whether termination protection is on; if so, its deletion is refused. */
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

const viewOf = (name: string, stack: Stack): StackView => ({
  name,
  status: present(stack.StackStatus, 'a status'),
  reason: stack.StackStatusReason ?? '',
  isProtected: stack.EnableTerminationProtection ?? false,
  outputs: Object.fromEntries(
    (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  ),
});

/** A stack by its name; `undefined` if it does not exist. @throws the error of the SDK */
export const readStack = (site: AwsSite, name: string): Promise<StackView | undefined> =>
  withClient(new CloudFormationClient(site.client), async (client) => {
    try {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }), limited());
      const stack = present(Stacks?.[0], 'the stack');
      return stack.StackStatus === 'DELETE_COMPLETE' ? undefined : viewOf(name, stack);
    } catch (thrown) {
      if (thrown instanceof Error && /does not exist/.test(thrown.message)) return undefined;
      throw thrown;
    }
  });

/** The first deployment did not finish: nothing has run in the stack. */
const NEVER_CREATED: ReadonlySet<string> = new Set([
  'REVIEW_IN_PROGRESS',
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
]);

/** Statuses from which only a person can recover the stack. */
export const STATUSES_TO_RECOVER: readonly string[] = [
  ...NEVER_CREATED,
  'DELETE_FAILED',
  'UPDATE_ROLLBACK_FAILED',
  'UPDATE_FAILED',
];

/** The first deployment is in progress, or is being rolled back. */
const BEING_CREATED: ReadonlySet<string> = new Set(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS']);

/** Whether the stack was created successfully at some time, so that its resources are in use. */
export const isLive = ({ status }: StackView): boolean =>
  !NEVER_CREATED.has(status) && !BEING_CREATED.has(status) && !status.startsWith('DELETE_');

const deleteCommands = ({ name, isProtected }: StackView, at: string): string =>
  [
    ...(isProtected
      ? [
          `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${name} ${at}`,
        ]
      : []),
    `aws cloudformation delete-stack --stack-name ${name} ${at}`,
    `aws cloudformation wait stack-delete-complete --stack-name ${name} ${at}`,
  ].join('\n');

/** The first command of the recovery; absent if the status needs no recovery. */
function wayOut(stack: StackView, at: string): string | undefined {
  if (NEVER_CREATED.has(stack.status) || stack.status === 'DELETE_FAILED') return deleteCommands(stack, at);
  const name = `--stack-name ${stack.name} ${at}`;
  if (stack.status === 'UPDATE_ROLLBACK_FAILED') return `aws cloudformation continue-update-rollback ${name}`;
  return stack.status === 'UPDATE_FAILED' ? `aws cloudformation rollback-stack ${name}` : undefined;
}

/** The finding about a stack. */
export function stackFinding(site: AwsSite, name: string, stack: StackView | undefined): Finding {
  const subject: Subject = { subject: `stack ${name}` };
  if (stack === undefined) return ok(subject, 'not deployed yet');
  const fix = wayOut(stack, `--region ${site.client.region}`);
  const reason = stack.reason === '' ? '' : `: ${(stack.reason.split('\n')[0] ?? '').slice(0, 200)}`;
  if (fix !== undefined)
    return failed(subject, `${stack.status}${reason}`, `${fix}\n# all of it: ${RECOVERY_PAGE}`);
  if (stack.status.endsWith('_IN_PROGRESS'))
    return skipped(subject, `${stack.status}: run this again when it has ended`);
  return ok(subject, stack.status);
}
