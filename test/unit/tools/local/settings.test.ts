import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { json, startServer } from '../../../../tools/rig/http/http-server.ts';
import {
  localOutputsOf,
  outputsFile,
  parseStackOutputs,
  readLocalOutputs,
} from '../../../../tools/local/outputs.ts';
import { probeOverrides, readOverrides } from '../../../../tools/local/overrides.ts';
import { makePlan } from '../../../../tools/local/plan.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';

describe('readOverrides', () => {
  it('starts everything locally without settings', () => {
    const overrides = readOverrides({ AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_SECRET_ACCESS_KEY: 'real' });

    expect(overrides).toEqual({
      awsEndpointUrl: undefined,
      crm: undefined,
      slack: undefined,
      keys: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  });

  it('normalises the addresses', () => {
    const overrides = readOverrides({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566/',
      CRM_BASE_URL: 'https://crm.example/',
      CRM_TOKEN: 't',
      SLACK_API_URL: 'https://slack.example/api',
      SLACK_BOT_TOKEN: 'b',
      SLACK_SIGNING_SECRET: 's',
      SLACK_CHANNEL_ID: 'C1',
    });

    expect(overrides.awsEndpointUrl).toBe('http://127.0.0.1:4566');
    expect(overrides.crm).toEqual({ baseUrl: 'https://crm.example', token: 't' });
    expect(overrides.slack?.apiUrl).toBe('https://slack.example/api/');
  });

  it.each([
    ['CRM_TOKEN', { CRM_BASE_URL: 'https://crm.example' }],
    ['SLACK_BOT_TOKEN', { SLACK_API_URL: 'https://slack.example/api/' }],
    ['CRM_BASE_URL', { CRM_BASE_URL: 'crm.example' }],
    ['AWS_SECRET_ACCESS_KEY', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'k' }],
  ])('names %s if it is missing or malformed', (name, env) => {
    expect(() => readOverrides(env)).toThrow(`${name}: expected`);
  });
});

describe('probeOverrides', () => {
  const slack = { SLACK_BOT_TOKEN: 'b', SLACK_SIGNING_SECRET: 's', SLACK_CHANNEL_ID: 'C1' };

  it.each([
    ['AWS_ENDPOINT_URL', {}],
    ['CRM_BASE_URL', { CRM_TOKEN: 't' }],
    ['SLACK_API_URL', slack],
  ])('names %s if nothing answers there', async (name, rest) => {
    const url = `http://127.0.0.1:${await freePort()}`;

    const probe = probeOverrides(readOverrides({ ...rest, [name]: url }));

    await expect(probe).rejects.toThrow(`${name}: nothing answers at ${url}`);
  });

  it('accepts any answer, including a refusal', async () => {
    const server = await startServer(async () => json(403, {}));
    const urls = { AWS_ENDPOINT_URL: server.url, CRM_BASE_URL: server.url, SLACK_API_URL: server.url };

    await expect(
      probeOverrides(readOverrides({ ...urls, CRM_TOKEN: 't', ...slack })),
    ).resolves.toBeUndefined();
    await server.stop();
  });
});

describe('makePlan', () => {
  const portOptions = { ports: {}, preferKnown: false };

  it('connects the clients to the proxy and the proxy to the local parts', async () => {
    const plan = await makePlan(readOverrides({}), portOptions);

    expect(plan.appEnv).toEqual({
      QUOTEQ_AWS_ENDPOINT_URL: `http://127.0.0.1:${plan.ports.aws}`,
      QUOTEQ_CRM_BASE_URL: `http://127.0.0.1:${plan.ports.proxy}`,
      QUOTEQ_SLACK_API_URL: `http://127.0.0.1:${plan.ports.proxy}/api/`,
      QUOTEQ_SLACK_CHANNEL_ID: 'C0QUOTES1',
    });
    expect(plan.host.proxy.upstreams).toEqual({
      crm: `http://127.0.0.1:${plan.ports.crm}`,
      slack: `http://127.0.0.1:${plan.ports.slack}/api/`,
      aws: plan.addresses.awsEndpointUrl,
    });
  });

  it('starts no CRM if the user has one, and puts the proxy in front of that one', async () => {
    const overrides = readOverrides({ CRM_BASE_URL: 'https://crm.example', CRM_TOKEN: 't' });

    const plan = await makePlan(overrides, portOptions);

    expect(plan.host.crm).toBeUndefined();
    expect(plan.host.proxy.upstreams.crm).toBe('https://crm.example');
    expect(plan.addresses.crmPageUrl).toBeNull();
    expect(plan.secrets.crmToken).toBe('t');
  });
});

describe('outputs', () => {
  const stack = {
    ApiId: 'abc',
    StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
    TasksTableName: 'tasks',
    LedgerTableName: 'ledger',
    AuditTableName: 'audit',
    DocumentsBucketName: 'documents',
    ParkedQueueUrl: 'http://127.0.0.1:1/000000000000/parked',
    CardsTableName: 'cards',
    ControlsTableName: 'controls',
    CardQueueUrl: 'http://127.0.0.1:1/000000000000/card-queue',
    CardDeadLettersUrl: 'http://127.0.0.1:1/000000000000/card-dead-letters',
    ClickQueueUrl: 'http://127.0.0.1:1/000000000000/clicks',
    ClickDeadLettersUrl: 'http://127.0.0.1:1/000000000000/click-dead-letters',
    EventBusName: 'transitions',
    OperatorsParameterName: '/quoteq-local/slack/operators',
    CrmSecretArn: 'arn:crm',
    SlackSecretArn: 'arn:slack',
    FunctionNames: '{"read-actions":"quoteq-local-read-actions"}',
  };

  it('become addresses that can be stored in a file', async () => {
    const { addresses } = await makePlan(readOverrides({}), { ports: {}, preferKnown: false });

    const outputs = localOutputsOf(addresses, parseStackOutputs(JSON.stringify({ Queue: stack })));

    expect(outputs.apiUrl).toBe(`${addresses.awsEndpointUrl}/_aws/execute-api/abc/$default`);
    expect(outputs.functions).toEqual({
      'read-actions': 'arn:aws:lambda:us-east-1:000000000000:function:quoteq-local-read-actions',
    });
    const root = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    writeFileSync(outputsFile(root), JSON.stringify(outputs));
    expect(readLocalOutputs(root)).toEqual(outputs);
  });

  it('name missing outputs of the stack', () => {
    const { ApiId: _missing, ...rest } = stack;

    expect(() => parseStackOutputs(JSON.stringify({ Queue: rest }))).toThrow('ApiId');
  });
});
