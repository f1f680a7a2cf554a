import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { HttpRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { API_ROUTES } from '../../lambdas/queue/contracts/api.ts';
import type { FunctionName } from '../shared/functions.ts';
import { type MetricDimensions, metricDimensionsOf } from '../../lambdas/shared/contracts/metric-names.ts';
import { OpenRoute, type QueueConfig, type RequestLimit, Stage } from '../config/queue-config.ts';
import { ApiMetrics } from '../monitoring/api-metrics.construct.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { vendedLogGroupName } from '../shared/names.ts';
import type { QueueFunctions } from './queue-functions.construct.ts';
import { removalPolicyOf } from '../shared/retention.ts';

/** One route of the API and the function behind it. */
export interface ApiRoute {
  readonly method: HttpMethod;
  readonly path: string;
  readonly function: FunctionName;
}

/** The routes of the contract. All but those of {@link OpenRoute} ask for a signature of IAM. */
const ROUTES: readonly ApiRoute[] = Object.values(API_ROUTES).map((route) => ({
  ...route,
  method: HttpMethod[route.method],
}));

const openRouteOf = ({ method, path }: ApiRoute): OpenRoute | undefined =>
  Object.values(OpenRoute).find((key) => key === `${method} ${path}`);

/**
 * Fields of the access log: caller, request and result; never a body, a query string or a header. Each line has the `dimensions`
 * of the metrics that are computed from it.
 */
const accessLogFormat = (dimensions: MetricDimensions): AccessLogFormat =>
  AccessLogFormat.custom(
    JSON.stringify({
      ...dimensions,
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
  );

/** Properties of {@link ActionApi}. */
export interface ActionApiProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly functions: QueueFunctions;
  /** Routes beside those of the contract. */
  readonly routes: readonly ApiRoute[];
}

/** The HTTP API of the queue, with its one stage `$default`. */
export class ActionApi extends Construct {
  readonly api: HttpApi;
  /** Address without a slash at the end. */
  readonly url: string;
  /** The stage `$default`. */
  readonly stage: HttpStage;
  /** Computed from the access log; absent on the local stage, because the local AWS does not support metric filters. */
  readonly metrics: ApiMetrics | undefined;
  private readonly signed = new HttpIamAuthorizer();

  constructor(scope: Construct, id: string, props: ActionApiProps) {
    super(scope, id);
    const { config } = props;
    this.api = new HttpApi(this, 'Api', {
      apiName: `${config.stackName}-actions`,
      description: 'Enqueue, read and control the actions of accepted quotes',
      createDefaultStage: false,
    });
    this.url = this.urlOf(config);
    const accessLog = this.addAccessLog(props);
    this.stage = this.addStage(props, accessLog);
    this.metrics =
      config.stage === Stage.Local
        ? undefined
        : new ApiMetrics(this, 'Metrics', { accessLog, dimensions: metricDimensionsOf(config.stage) });
    [...ROUTES, ...props.routes].forEach((route) => this.addRoute(route, props));
  }

  /** The emulator answers on its own address: names below `localhost` do not resolve on every machine. */
  private urlOf({ awsEndpointUrl }: QueueConfig): string {
    if (awsEndpointUrl === undefined) return this.api.apiEndpoint;
    return `${awsEndpointUrl}/_aws/execute-api/${this.api.apiId}/$default`;
  }

  private addAccessLog({ config, dataKey }: ActionApiProps): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      logGroupName: vendedLogGroupName(config.stackName, 'api'),
      retention: config.logRetentionDays,
      encryptionKey: dataKey.key,
      removalPolicy: removalPolicyOf(config),
    });
  }

  private addStage({ config }: ActionApiProps, accessLog: LogGroup): HttpStage {
    const format = accessLogFormat(metricDimensionsOf(config.stage));
    return new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: config.apiRatePerSecond, burstLimit: config.apiBurst },
      accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format },
    });
  }

  private addRoute(route: ApiRoute, { config, functions }: ActionApiProps): void {
    const { method, path, function: name } = route;
    const open = openRouteOf(route);
    const authorizer = open === undefined ? this.signed : new HttpNoneAuthorizer();
    const integration = new HttpLambdaIntegration(name, functions.targetOf(name));
    const routes = this.api.addRoutes({ path, methods: [method], authorizer, integration });
    if (open === undefined) return;
    routes.forEach((added) => acknowledgeOpenRoute(added, open));
    this.limit(open, config.openRouteLimits[open], routes);
  }

  /** The settings of one route replace all default settings, also those of metrics, and the route must exist. */
  private limit(key: OpenRoute, limit: RequestLimit | undefined, routes: readonly HttpRoute[]): void {
    if (limit === undefined) return;
    const { defaultChild } = this.stage.node;
    if (!(defaultChild instanceof CfnStage)) throw new TypeError('stage: expected a CfnStage inside');
    defaultChild.addPropertyOverride(`RouteSettings.${key}`, {
      DetailedMetricsEnabled: true,
      ThrottlingRateLimit: limit.ratePerSecond,
      ThrottlingBurstLimit: limit.burst,
    });
    defaultChild.node.addDependency(...routes);
  }
}

const acknowledgeOpenRoute = (route: HttpRoute, key: OpenRoute): void => {
  acknowledge(
    route,
    'APIG4',
    key === OpenRoute.Health
      ? 'The health check is for load balancers and people; it reads and tells nothing.'
      : 'Slack cannot sign for IAM: the function verifies its signature before it parses anything.',
  );
};
