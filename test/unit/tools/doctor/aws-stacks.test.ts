/** `doctor aws` on leftovers of earlier deployments. */
import { describe, expect, it } from 'vitest';
import { json } from '../../../../tools/rig/http/http-server.ts';
import { type Answers, stackThat } from '../../../helpers/aws/aws-standin.ts';
import { awsAnswers, findingOn, findings, statesOf, useDoctorLab } from '../../../helpers/cli/doctor-lab.ts';

useDoctorLab();

const stack = (status: string, isProtected = false): Answers => ({
  'cloudformation:DescribeStacks': () => stackThat({ status, isProtected, reason: 'Resource X failed' }),
});

describe('a stack', () => {
  it.each(['REVIEW_IN_PROGRESS', 'CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_FAILED'])(
    'in %s has to be deleted before the next deployment',
    async (status) => {
      const found = await findingOn('stack quoteq-prod', stack(status));

      expect(found).toMatchObject({ state: 'failed', detail: `${status}: Resource X failed` });
      expect(found?.fix?.split('\n')).toEqual([
        'aws cloudformation delete-stack --stack-name quoteq-prod --region eu-central-1',
        'aws cloudformation wait stack-delete-complete --stack-name quoteq-prod --region eu-central-1',
        '# all of it: runbooks/procedures/recover-a-failed-deployment.md',
      ]);
    },
  );

  it('that is protected has to be made deletable first', async () => {
    const found = await findingOn('stack quoteq-prod', stack('ROLLBACK_COMPLETE', true));

    expect(found?.fix?.split('\n')[0]).toBe(
      'aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name quoteq-prod --region eu-central-1',
    );
  });

  it.each([
    ['UPDATE_ROLLBACK_FAILED', 'aws cloudformation continue-update-rollback --stack-name quoteq-prod'],
    ['UPDATE_FAILED', 'aws cloudformation rollback-stack --stack-name quoteq-prod'],
  ])('in %s has to be recovered', async (status, command) => {
    const found = await findingOn('stack quoteq-prod', stack(status));

    expect(found?.state).toBe('failed');
    expect(found?.fix).toContain(command);
  });

  it.each([
    ['CREATE_COMPLETE', 'ok'],
    ['UPDATE_COMPLETE', 'ok'],
    ['UPDATE_ROLLBACK_COMPLETE', 'ok'],
    ['UPDATE_IN_PROGRESS', 'skipped'],
    ['CREATE_IN_PROGRESS', 'skipped'],
    ['DELETE_IN_PROGRESS', 'skipped'],
  ])('in %s is %s', async (status, state) => {
    expect(await findingOn('stack quoteq-prod', stack(status))).toMatchObject({ state });
  });
});

describe('a first deployment that is being rolled back', () => {
  it('has no deployed secrets to check', async () => {
    awsAnswers(stack('ROLLBACK_IN_PROGRESS'));

    expect(statesOf(await findings())).toMatchObject({
      'stack quoteq-prod': 'skipped',
      'secret crm': 'skipped',
      'secret slack': 'skipped',
    });
  });
});

describe('leftovers', () => {
  it('are named, each with the command that deletes it', async () => {
    const found = await findingOn('leftovers', {
      'logs:DescribeLogGroups': ({ body }) =>
        json(200, {
          logGroups: body.toString().includes('vended')
            ? [{ logGroupName: '/aws/vendedlogs/quoteq-prod/api' }]
            : [
                { logGroupName: '/aws/lambda/quoteq-prod-sweep' },
                { logGroupName: '/aws/lambda/quoteq-prod-other' },
              ],
        }),
      'secretsmanager:DescribeSecret': ({ body }) =>
        json(200, {
          Name: 'x',
          ...(body.toString().includes('slack') ? { DeletedDate: 1_790_000_000 } : {}),
        }),
      'ssm:GetParameters': () => json(200, { Parameters: [{ Name: '/quoteq-prod/slack/operators' }] }),
      'kms:ListAliases': ({ body }) =>
        body.toString().includes('second')
          ? json(200, { Aliases: [{ AliasName: 'alias/quoteq-prod-data' }] })
          : json(200, { Aliases: [{ AliasName: 'alias/other' }], NextMarker: 'second' }),
      'states:ListStateMachines': () =>
        json(200, { stateMachines: [{ name: 'quoteq-prod-quote-action', stateMachineArn: 'arn:machine' }] }),
      'sqs:ListQueues': () =>
        json(200, { QueueUrls: ['https://sqs/1/quoteq-prod-cards', 'https://sqs/1/quoteq-prod-other'] }),
      'dynamodb:ListTables': () => json(200, { TableNames: ['quoteq-prod-TablesTasks1', 'zebra'] }),
    });

    expect(found?.state).toBe('failed');
    expect(found?.detail).toBe(
      'exist without their stack: /aws/lambda/quoteq-prod-sweep, /aws/vendedlogs/quoteq-prod/api, quoteq-prod/crm, ' +
        'quoteq-prod/slack (scheduled for deletion, which keeps its name), /quoteq-prod/slack/operators, ' +
        'alias/quoteq-prod-data, quoteq-prod-quote-action, quoteq-prod-cards; kept data of an earlier deployment: quoteq-prod-TablesTasks1',
    );
    expect(found?.fix?.split('\n')).toContain(
      'aws secretsmanager delete-secret --force-delete-without-recovery --secret-id quoteq-prod/slack --region eu-central-1',
    );
    expect(found?.fix?.split('\n')).toContain(
      'aws sqs delete-queue --queue-url https://sqs/1/quoteq-prod-cards --region eu-central-1',
    );
  });

  it('are found on every page of log groups', async () => {
    const found = await findingOn('leftovers', {
      'logs:DescribeLogGroups': ({ body }) =>
        body.toString().includes('second')
          ? json(200, { logGroups: [{ logGroupName: '/aws/lambda/quoteq-prod-sweep' }] })
          : json(200, { logGroups: [], nextToken: 'second' }),
    });

    expect(found?.detail).toContain('/aws/lambda/quoteq-prod-sweep');
  });

  it('are not searched if a stack has to be deleted first', async () => {
    const found = await findingOn('leftovers', {
      'cloudformation:DescribeStacks': () => stackThat({ status: 'ROLLBACK_COMPLETE' }),
    });

    expect(found).toMatchObject({
      state: 'skipped',
      detail: 'the stack is ROLLBACK_COMPLETE: deal with it first',
    });
  });
});
