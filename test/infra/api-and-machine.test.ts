import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Stage } from '../../lib/config/queue-config.ts';
import { readQuoteAction } from '../../statemachines/asl.ts';
import { type Resource, synthesize } from './synthesis.ts';

const prod = synthesize(Stage.Prod);

const isOpen = (route: Resource['Properties']): boolean => route['AuthorizationType'] !== 'AWS_IAM';

describe('HTTP API', () => {
  const integrations = new Map(
    prod
      .ofType('AWS::ApiGatewayV2::Integration')
      .map(([id, { Properties }]) => [id, JSON.stringify(Properties['IntegrationUri'])]),
  );
  const routes = prod.ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);
  const functionBehind = (target: unknown): string | undefined => {
    const integrationId = /"Ref":"(\w+)"/.exec(JSON.stringify(target))?.[1] ?? '';
    const functionId = /"Ref":"(\w+)"/.exec(integrations.get(integrationId) ?? '')?.[1];
    return /^Functions(\w+)FunctionAliaslive/.exec(functionId ?? '')?.[1];
  };

  it('sends every route to the live alias of its function', () => {
    const targets = routes.map((route) => [route['RouteKey'], functionBehind(route['Target'])]);

    expect(Object.fromEntries(targets)).toEqual({
      'POST /quotes/{quoteId}/actions': 'enqueueaction',
      'GET /quotes/{quoteId}/actions': 'readactions',
      'GET /actions/{taskId}': 'readactions',
      'GET /actions/{taskId}/audit': 'readactions',
      'GET /health': 'readactions',
      'POST /actions/{taskId}/retry': 'controlaction',
      'POST /actions/{taskId}/abandon': 'controlaction',
      'POST /actions/{taskId}/cancel': 'controlaction',
      'GET /kinds': 'readactions',
      'POST /kinds/{kind}/pause': 'controlaction',
      'POST /kinds/{kind}/resume': 'controlaction',
      'POST /slack/interactions': 'slackinteractions',
      'POST /slack/commands': 'slackcommands',
    });
  });

  it("requires an IAM signature on every route except the health check and Slack's routes", () => {
    const open = routes.filter(isOpen);

    expect(open.map((route) => route['RouteKey'])).toEqual([
      'GET /health',
      'POST /slack/interactions',
      'POST /slack/commands',
    ]);
  });

  it('throttles, measures per route, and logs callers and routes but no content', () => {
    expect(
      prod.having('AWS::ApiGatewayV2::Stage', {
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: {
          DetailedMetricsEnabled: true,
          ThrottlingRateLimit: 100,
          ThrottlingBurstLimit: 200,
        },
        AccessLogSettings: {
          DestinationArn: Match.anyValue(),
          Format: Match.serializedJson(
            Match.objectEquals({
              service: 'quote-execution-queue',
              stage: 'prod',
              requestId: '$context.requestId',
              requestTime: '$context.requestTime',
              routeKey: '$context.routeKey',
              path: '$context.path',
              status: '$context.status',
              responseLatencyMs: '$context.responseLatency',
              integrationStatus: '$context.integrationStatus',
              integrationError: '$context.integrationErrorMessage',
              sourceIp: '$context.identity.sourceIp',
              caller: '$context.identity.userArn',
            }),
          ),
        },
      }),
    ).not.toThrow();
  });
});

describe('open routes', () => {
  const [deployedStage] = prod.ofType('AWS::ApiGatewayV2::Stage').map(([, resource]) => resource);
  const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = Object(
    deployedStage?.Properties['RouteSettings'],
  );
  const routesByKey = new Map(
    prod
      .ofType('AWS::ApiGatewayV2::Route')
      .map(([id, { Properties }]) => [Properties['RouteKey'], { id, isOpen: isOpen(Properties) }]),
  );

  it('have their own limits in production and are measured like all routes', () => {
    const open = [...routesByKey].filter(([, route]) => route.isOpen).map(([key]) => key);

    expect(new Set(Object.keys(settings))).toEqual(new Set(open));
    expect(settings['POST /slack/interactions']).toEqual({
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: 25,
      ThrottlingBurstLimit: 5,
    });
  });

  it('are created before the stage that limits them', () => {
    const ids = Object.keys(settings).map((key) => routesByKey.get(key)?.id);

    expect(deployedStage?.DependsOn).toEqual(expect.arrayContaining(ids));
  });

  it.each([
    ['POST /slack/interactions', 'slack-interactions'],
    ['POST /slack/commands', 'slack-commands'],
  ] as const)('limit %s to the rate that its function can handle with 200 ms each', (key, name) => {
    const reserved = Number(prod.functionNamed(name).Properties['ReservedConcurrentExecutions']);
    const rate = Number(settings[key]?.['ThrottlingRateLimit']);
    const burst = Number(settings[key]?.['ThrottlingBurstLimit']);

    expect(burst + rate * 0.2).toBeLessThanOrEqual(reserved);
    // `quoteq doctor slack`: unsigned, wrongly signed, and by each of two secrets.
    expect(burst).toBeGreaterThanOrEqual(4);
  });

  it.each([Stage.Local, Stage.Dev])(
    'have no limits on stage %s, where no concurrency is reserved',
    (stage) => {
      const [other] = synthesize(stage).ofType('AWS::ApiGatewayV2::Stage');

      expect(other?.[1].Properties).not.toHaveProperty('RouteSettings');
    },
  );
});

describe('state machine', () => {
  const [machine] = prod.ofType('AWS::StepFunctions::StateMachine').map(([, { Properties }]) => Properties);

  it('is the unchanged definition of the file', async () => {
    const definition: unknown = JSON.parse(String(machine?.['DefinitionString']));

    expect(definition).toMatchObject({ States: Object((await readQuoteAction()).States) });
  });

  it('substitutes exactly the placeholders of the file', () => {
    const placeholders = String(machine?.['DefinitionString']).matchAll(/\$\{(\w+)\}/g);
    const names = new Set(Array.from(placeholders, ([, name]) => name));

    expect(new Set(Object.keys(Object(machine?.['DefinitionSubstitutions'])))).toEqual(names);
  });

  it('addresses workers by a prefix of their deployed names', () => {
    const prefix = JSON.stringify(Object(machine?.['DefinitionSubstitutions'])['RunActionFunctionArnPrefix']);
    const deployed = prod
      .ofType('AWS::Lambda::Function')
      .map(([, { Properties }]) => String(Properties['FunctionName']));
    const name = /:function:([\w-]+)/.exec(prefix)?.[1] ?? 'no name';

    const workers = deployed
      .filter((candidate) => candidate.startsWith(name))
      .map((w) => w.slice(name.length));
    expect(workers.toSorted()).toEqual(['crm', 'pdf', 'slack']);
  });

  it('is a standard machine with the key and tracing, and logs events without their data', () => {
    expect(
      prod.allHaving('AWS::StepFunctions::StateMachine', {
        StateMachineName: 'quoteq-prod-quote-action',
        StateMachineType: 'STANDARD',
        TracingConfiguration: { Enabled: true },
        LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: Match.anyValue() },
      }),
    ).not.toThrow();
  });
});
